"""Every overlay is accepted by a real API server, by `kubectl create --dry-run=server`.

What the server's version does not know is left out and named: those objects are checked against
the schemas of current versions (cncf_llm_tests/deploy), and must be no others than expected.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
OVERLAYS = sorted(p.parent.name for p in DEPLOY.glob("overlays/*/kustomization.yaml"))
COMPONENTS = sorted(p.parent.name for p in DEPLOY.glob("components/*/kustomization.yaml"))

# What a server may lack: the first three came with Kubernetes 1.21 and 1.23, others with operators.
MAY_LACK = {
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("batch/v1", "CronJob"),
    ("monitoring.coreos.com/v1", "ServiceMonitor"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("trainer.kubeflow.org/v1alpha1", "TrainingRuntime"),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob"),
    ("argoproj.io/v1alpha1", "Application"),
    ("argoproj.io/v1alpha1", "AppProject"),
}

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def kubectl(kubeconfig):
    """Return a function that runs the kubectl on PATH that has kustomize 4.5 or newer."""
    for folder in os.environ["PATH"].split(os.pathsep):
        tool = shutil.which("kubectl", path=folder)
        said = tool and subprocess.run(
            [tool, "version", "--client", "-o", "json"], capture_output=True, text=True, check=False
        )
        if said and "kustomizeVersion" in json.loads(said.stdout or "{}"):
            break
    else:
        pytest.skip("no kubectl on PATH brings kustomize 4.5 or newer")

    def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess:
        command = [tool, "--kubeconfig", kubeconfig, *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="module")
def served(kubectl) -> set[tuple[str, str]]:
    """Return the (apiVersion, kind) pairs that the server knows."""

    def get(path: str) -> dict:
        done = kubectl("get", "--raw", path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    found = {("v1", each["kind"]) for each in get("/api/v1")["resources"]}
    for group in get("/apis")["groups"]:
        for version in group["versions"]:
            name = version["groupVersion"]
            found |= {(name, each["kind"]) for each in get(f"/apis/{name}")["resources"]}
    return found


def render(kubectl, folder: Path) -> list[dict]:
    done = kubectl("kustomize", str(folder))
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def dry_run(kubectl, namespace: str, objects: list[dict], served) -> list[str]:
    """Dry-run the objects in a namespace that exists; return what the server does not know."""
    kind = {(each["apiVersion"], each["kind"]) for each in objects}
    assert kind - served <= MAY_LACK
    known = []
    for each in objects:
        if (each["apiVersion"], each["kind"]) not in served:
            continue
        if "namespace" in each["metadata"]:
            each["metadata"]["namespace"] = namespace
        known.append(each)
    # Its own schema, so that a field that is misspelt is told; an old server would drop it.
    done = kubectl("create", "--dry-run=server", "--validate=true", "-f", "-",
                   given=yaml.safe_dump_all(known))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(known)
    return sorted(
        f"{each['kind']}/{each['metadata']['name']}" for each in objects if each not in known
    )


def with_component(folder: Path, component: str) -> Path:
    """Write a kustomization of the base and one component, in a folder of deploy's neighbour."""
    here = folder / component
    here.mkdir()
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "cncf-llm",
        "resources": [os.path.relpath(DEPLOY / "base", here)],
        "components": [os.path.relpath(DEPLOY / "components" / component, here)],
    }
    (here / "kustomization.yaml").write_text(yaml.safe_dump(document))
    return here


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_server_accepts_an_overlay(kubectl, served, namespace, overlay, record_property):
    objects = render(kubectl, DEPLOY / "overlays" / overlay)
    lacking = dry_run(kubectl, namespace, objects, served)
    record_property("not known to this server", lacking)
    print(f"{overlay}: {len(objects)} objects; not known to this server: {lacking or 'none'}")


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_server_accepts_the_base_with_a_component(
    kubectl, served, namespace, tmp_path, component
):
    objects = render(kubectl, with_component(tmp_path, component))
    lacking = dry_run(kubectl, namespace, objects, served)
    print(f"{component}: {len(objects)} objects; not known to this server: {lacking or 'none'}")


def test_the_overlay_for_old_clusters_lacks_nothing(kubectl, served):
    """`test-cluster` keeps to Kubernetes 1.20, so any server knows all of it."""
    objects = render(kubectl, DEPLOY / "overlays" / "test-cluster")
    assert {(each["apiVersion"], each["kind"]) for each in objects} <= served


def test_a_mistake_is_refused(kubectl, served, namespace):
    objects = render(kubectl, DEPLOY / "overlays" / "test-cluster")
    deployment = next(each for each in objects if each["kind"] == "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "many"
    with pytest.raises(AssertionError, match="quantities"):
        dry_run(kubectl, namespace, [deployment], served)


def test_the_application_is_accepted_where_argo_cd_is(kubectl, served, namespace):
    """The CRDs are enough. It applies an overlay that exists."""
    objects = list(yaml.safe_load_all((DEPLOY / "gitops" / "application.yaml").read_text()))
    if ("argoproj.io/v1alpha1", "Application") not in served:
        pytest.skip("this server has no Argo CD")
    assert dry_run(kubectl, namespace, objects, served) == []
