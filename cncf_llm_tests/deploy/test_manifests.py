"""What the manifests promise, read from the rendered kustomizations. Needs no cluster."""

import pytest
import yaml

from cncf_llm_tests.deploy.conftest import DEPLOY

pytestmark = pytest.mark.slow

KUSTOMIZATIONS = ["base", "overlays/test-cluster"]


@pytest.fixture(scope="session", params=KUSTOMIZATIONS)
def objects(request, render):
    return render(request.param)


def of_kind(objects, kind):
    return {found["metadata"]["name"]: found for found in objects if found["kind"] == kind}


def pods(objects):
    return {
        name: d["spec"]["template"]["spec"] for name, d in of_kind(objects, "Deployment").items()
    }


def launcher(objects):
    config = of_kind(objects, "ConfigMap")["cncf-llm-dagster"]["data"]["dagster.yaml"]
    return yaml.safe_load(config)["run_launcher"]["config"]


def test_every_kustomization_is_tested():
    found = {str(file.parent.relative_to(DEPLOY)) for file in DEPLOY.rglob("kustomization.yaml")}
    assert found == set(KUSTOMIZATIONS)


def test_one_image_with_a_tag_and_runs_get_it_too(objects):
    images = {c["image"] for pod in pods(objects).values() for c in pod["containers"]}
    assert len(images) == 1
    image = images.pop()
    assert image.partition(":")[2] not in ("", "latest")
    code = pods(objects)["cncf-llm-code"]["containers"][0]
    told = [v["value"] for v in code["env"] if v["name"] == "DAGSTER_CURRENT_IMAGE"]
    assert told == [image]


def test_every_container_has_requests_limits_and_no_privileges(objects):
    for name, pod in pods(objects).items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["containers"]:
            for bound in ("requests", "limits"):
                assert set(container["resources"][bound]) == {"cpu", "memory"}, name
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name


def test_what_the_launcher_names_exists(objects):
    config = launcher(objects)
    assert {found["metadata"].get("namespace") for found in objects} - {None} == {
        config["job_namespace"]
    }
    assert config["service_account_name"] in of_kind(objects, "ServiceAccount")
    maps = of_kind(objects, "ConfigMap")
    assert config["instance_config_map"] in maps
    assert set(config["env_config_maps"]) <= set(maps)
    claims = {volume["persistent_volume_claim"]["claim_name"] for volume in config["volumes"]}
    assert claims == set(of_kind(objects, "PersistentVolumeClaim"))


def test_all_pods_agree_on_settings_and_secret(objects):
    config = launcher(objects)
    for name, pod in pods(objects).items():
        sources = pod["containers"][0]["envFrom"]
        assert [s["configMapRef"]["name"] for s in sources if "configMapRef" in s] == config[
            "env_config_maps"
        ], name
        assert [s["secretRef"]["name"] for s in sources if "secretRef" in s] == config[
            "env_secrets"
        ], name


def test_no_secret_is_in_the_repository(objects):
    assert of_kind(objects, "Secret") == {}


def test_services_reach_a_port_of_their_pods(objects):
    deployments = of_kind(objects, "Deployment").values()
    for name, service in of_kind(objects, "Service").items():
        templates = [
            d["spec"]["template"]
            for d in deployments
            if d["spec"]["template"]["metadata"]["labels"].items()
            >= service["spec"]["selector"].items()
        ]
        assert len(templates) == 1, name
        ports = {p["name"] for p in templates[0]["spec"]["containers"][0]["ports"]}
        assert {p["targetPort"] for p in service["spec"]["ports"]} <= ports, name


def test_the_workspace_names_the_code_servers_service(objects):
    config = of_kind(objects, "ConfigMap")["cncf-llm-dagster"]["data"]["workspace.yaml"]
    (location,) = yaml.safe_load(config)["load_from"]
    service = of_kind(objects, "Service")[location["grpc_server"]["host"]]
    assert location["grpc_server"]["port"] in [p["port"] for p in service["spec"]["ports"]]
    local = yaml.safe_load((DEPLOY.parent / "workspace.yaml").read_text())["load_from"]
    assert location["grpc_server"]["location_name"] == local[0]["python_module"]["location_name"]


def test_the_role_is_exactly_what_dagster_k8s_calls(objects):
    role = of_kind(objects, "Role")["cncf-llm"]
    granted = {(r, v) for rule in role["rules"] for r in rule["resources"] for v in rule["verbs"]}
    assert granted == {
        ("jobs", "create"), ("jobs", "delete"), ("jobs", "list"), ("jobs/status", "get"),
        ("pods", "get"), ("pods", "list"), ("pods", "delete"), ("pods/log", "get"),
        ("events", "list"),
    }  # fmt: skip
    assert of_kind(objects, "ClusterRole") == {}
