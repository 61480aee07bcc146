"""The component `monitoring`: a restricted exporter that Prometheus finds, and a dashboard."""

import json
import os

import pytest
import yaml

from cncf_llm_tests.deploy.conftest import DEPLOY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(render, tmp_path_factory) -> dict[tuple[str, str], dict]:
    """Render the base with the component, and return the objects by kind and name."""
    here = tmp_path_factory.mktemp("overlay")
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "cncf-llm",
        "resources": [os.path.relpath(DEPLOY / "base", here)],
        "components": [os.path.relpath(DEPLOY / "components" / "monitoring", here)],
    }
    (here / "kustomization.yaml").write_text(yaml.safe_dump(document))
    return {(each["kind"], each["metadata"]["name"]): each for each in render(here)}


@pytest.fixture
def pod(found) -> dict:
    return found["Deployment", "cncf-llm-metrics"]["spec"]["template"]["spec"]


def test_the_exporter_is_as_restricted_as_the_webserver(found, pod):
    webserver = found["Deployment", "cncf-llm-webserver"]["spec"]["template"]["spec"]
    (ours,), theirs = pod["containers"], webserver["containers"][0]
    assert pod["securityContext"] == webserver["securityContext"]
    assert ours["securityContext"] == theirs["securityContext"]
    assert ours["securityContext"]["readOnlyRootFilesystem"] is True
    assert ours["image"] == theirs["image"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(ours)
    assert set(ours["resources"]) == {"requests", "limits"}


def test_the_exporter_has_no_token(pod):
    assert pod["automountServiceAccountToken"] is False
    assert "serviceAccountName" not in pod


def test_the_exporter_reads_what_the_webserver_reads(found, pod):
    webserver = found["Deployment", "cncf-llm-webserver"]["spec"]["template"]["spec"]
    (ours,), theirs = pod["containers"], webserver["containers"][0]
    assert ours["envFrom"] == theirs["envFrom"]
    assert ours["env"] == theirs["env"]  # names of ConfigMaps, with their hashes
    mounts = {mount["name"]: mount["mountPath"] for mount in ours["volumeMounts"]}
    assert mounts["dagster"] == "/opt/dagster"


def test_prometheus_finds_the_exporter_and_may_reach_it(found):
    template = found["Deployment", "cncf-llm-metrics"]["spec"]["template"]
    service = found["Service", "cncf-llm-metrics"]
    monitor = found["ServiceMonitor", "cncf-llm-metrics"]["spec"]
    policy = found["NetworkPolicy", "from-prometheus"]["spec"]
    labels = template["metadata"]["labels"].items()
    assert service["spec"]["selector"].items() <= labels
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    assert [each["port"] for each in monitor["endpoints"]] == [port["name"]]
    (listens,) = template["spec"]["containers"][0]["ports"]
    assert port["targetPort"] == listens["name"]
    assert str(listens["containerPort"]) in template["spec"]["containers"][0]["args"]
    assert policy["podSelector"]["matchLabels"].items() <= labels
    assert policy["ingress"][0]["ports"] == [{"port": listens["containerPort"]}]


def test_grafana_finds_the_dashboard(found):
    config = found["ConfigMap", "cncf-llm-dashboard"]
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(config["data"]["cncf-llm.json"])["uid"] == "cncf-llm"


def test_the_panels_are_readable():
    dashboard = json.loads((DEPLOY / "components/monitoring/cncf-llm.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert not cells & taken, f"{panel['title']} lies over another panel"
        taken |= cells
        if panel["type"] != "row":
            assert panel["title"]
            assert panel["targets"]
            assert panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize("version", ["1.35", "1.37"])
def test_every_object_is_valid(found, version):
    validate = pytest.importorskip("kubernetes_validate")
    for (kind, _), each in found.items():
        if kind not in ("ServiceMonitor", "PrometheusRule"):  # no schema of these is there
            validate.validate(each, version, strict=True)
