import importlib.util
import json
from copy import deepcopy
from pathlib import Path

import pytest

from cncf_llm.training.trainjob import Nodes, condition, manifest, pod_state

CRDS = Path(__file__).parents[3] / "shared" / "cluster" / "crds"
NODES = Nodes(
    image="registry.example/cncf-llm:0.1.0-gpu",
    count=4,
    processes=2,
    requests={"cpu": "1", "memory": "4Gi", "nvidia.com/gpu": "2"},
    limits={"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "2"},
    deadline=7200,
    runtime="torch-gpu",
    node_selector={"nvidia.com/gpu.present": "true"},
    tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    pull_secrets=["registry"],
)
CPU_NODES = Nodes(
    image="localhost/cncf-llm:0.1.0",
    count=2,
    processes=1,
    requests={"cpu": "1"},
    limits={"cpu": "2"},
    deadline=60,
)
NAME = "landscape-adapter-0123456789abcdef"
URL = f"s3://bucket/data/_training/{NAME}"
OWNER = {"name": "dagster-step-abc", "uid": "6d2f8f0e-0000-4000-8000-000000000000"}


def made(nodes=NODES, owner=OWNER):
    return manifest(NAME, URL, nodes, owner)


def pod_patch(job):
    (patch,) = job["spec"]["runtimePatches"]
    (replicated,) = patch["trainingRuntimeSpec"]["template"]["spec"]["replicatedJobs"]
    assert replicated["name"] == "node"
    return replicated["template"]["spec"]["template"]


def test_trainer_runs_torchrun_on_as_many_nodes_and_processes_as_asked():
    trainer = made()["spec"]["trainer"]
    assert (trainer["numNodes"], trainer["numProcPerNode"]) == (4, 2)
    assert trainer["command"] + trainer["args"] == [
        *["python", "-m", "torch.distributed.run"],
        *["--module", "cncf_llm.training.node", URL],
    ]
    assert trainer["resourcesPerNode"]["limits"]["nvidia.com/gpu"] == "2"
    assert trainer["image"] == NODES.image
    # The controller refuses a TrainJob that sets what it sets itself.
    assert not [one for one in trainer["env"] if one["name"].startswith("PET_")]


def test_secrets_are_named_and_never_in_the_manifest(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-to-be-told")
    job = made()
    assert "not-to-be-told" not in json.dumps(job)
    keys = [one for one in job["spec"]["trainer"]["env"] if one["name"].startswith("AWS_")]
    assert {one["valueFrom"]["secretKeyRef"]["name"] for one in keys} == {"cncf-llm-s3"}
    assert all("value" not in one for one in keys)


def test_pods_keep_to_the_restricted_profile_and_land_on_gpu_nodes():
    pod = pod_patch(made())
    spec = pod["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/tmp", "/dev/shm"}
    assert spec["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert spec["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    assert spec["serviceAccountName"] == "cncf-llm-train-node"
    assert pod["metadata"]["labels"]["cncf-llm/trainjob"] == NAME


def test_trainjob_belongs_to_the_pod_that_waits_for_it_if_there_is_one():
    assert made()["metadata"]["ownerReferences"] == [{"apiVersion": "v1", "kind": "Pod", **OWNER}]
    assert "ownerReferences" not in made(owner=None)["metadata"]


def test_nodes_without_a_gpu_select_and_tolerate_nothing():
    spec = pod_patch(made(CPU_NODES))["spec"]
    assert not {"nodeSelector", "tolerations", "imagePullSecrets"} & set(spec)


@pytest.fixture(scope="module")
def errors():
    """Return what is wrong with a manifest by the published CRD, unknown fields included."""
    if not CRDS.is_dir():
        pytest.skip(f"the CRDs of Kubeflow Trainer are not in {CRDS}")
    spec = importlib.util.spec_from_file_location("crd_schema", CRDS / "crd_schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    crd = module.load_crd(CRDS / "trainer.kubeflow.org_trainjobs.yaml")
    return lambda job: list(module.errors(crd, job))


@pytest.mark.parametrize("nodes", [NODES, CPU_NODES])
@pytest.mark.parametrize("owner", [OWNER, None])
def test_manifest_is_what_the_crd_asks_for(errors, nodes, owner):
    assert errors(made(nodes, owner)) == []


def test_crd_check_sees_a_misspelt_field_and_a_wrong_type(errors):
    wrong = deepcopy(made())
    wrong["spec"]["trainer"]["numNodes"] = "4"
    wrong["spec"]["podTemplateOverrides"] = []
    pod_patch(wrong)["spec"]["container"] = []
    assert len(errors(wrong)) == 3


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], None),
        ([{"type": "Failed", "status": "False", "reason": "X", "message": "no"}], None),
        ([{"type": "Failed", "status": "True", "reason": "Jobs", "message": "no"}], "Jobs: no"),
        ([{"type": "Failed", "status": "True", "reason": "Jobs", "message": ""}], "Jobs"),
    ],
)
def test_condition(conditions, expected):
    assert condition({"status": {"conditions": conditions}}, "Failed") == expected
    assert condition({}, "Failed") is None


def test_state_of_a_pod_says_what_holds_it_up_or_ended_it():
    waits = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    waits["message"] = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."
    ended = {"state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}
    pull = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}}
    fresh = {"state": {"waiting": {"reason": "ContainerCreating"}}}
    assert pod_state({"status": {"phase": "Pending", "conditions": [waits]}}) == (
        "Pending (Unschedulable: 0/2 nodes are available: 2 Insufficient nvidia.com/gpu.)"
    )
    assert pod_state({"status": {"phase": "Failed", "containerStatuses": [ended]}}) == (
        "Failed (ended with 137 (OOMKilled))"
    )
    assert pod_state({"status": {"phase": "Pending", "containerStatuses": [pull]}}) == (
        "Pending (ImagePullBackOff: not found)"
    )
    assert pod_state({"status": {"phase": "Pending", "containerStatuses": [fresh]}}) == "Pending"
    assert pod_state({"status": {"phase": "Running"}}) == "Running"
