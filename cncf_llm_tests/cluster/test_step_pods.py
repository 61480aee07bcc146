"""Steps in pods on a real cluster: where they land, what they wait for, how they end.

Takes 20 to 40 minutes: a pod that starts Python costs seconds, and each wait is a real one.
`CNCF_LLM_TEST_IMAGE` and `CNCF_LLM_TEST_POSTGRES` name images that the cluster has or can pull.
"""

import os
import time
import uuid

import pytest
from kubernetes import client

from cncf_llm_tests.cluster.dagster_platform import Platform

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

IMAGE = os.environ.get("CNCF_LLM_TEST_IMAGE", "localhost/cncf-llm:0.1.0")
POSTGRES = os.environ.get("CNCF_LLM_TEST_POSTGRES", "localhost/postgres:15")
# A folder of the nodes with this package, in place of the image's, while it is being written.
SOURCE = os.environ.get("CNCF_LLM_TEST_SOURCE")
FREED = 60  # seconds after which no pod of a run is left
LONG = 1800.0  # seconds of computing that a test does not wait for


@pytest.fixture(scope="module")
def platform(admin):
    name = f"cncf-llm-steps-{uuid.uuid4().hex[:6]}"
    core = client.CoreV1Api(admin)
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=name)))
    try:
        made = Platform(admin, name)
        made.start(IMAGE, POSTGRES, SOURCE)
        yield made
    finally:
        core.delete_namespace(name)


@pytest.fixture(autouse=True)
def _nothing_runs_on(platform):
    yield
    for job in platform.batch.list_namespaced_job(platform.namespace).items:
        platform.batch.delete_namespaced_job(
            job.metadata.name,
            platform.namespace,
            propagation_policy="Background",
        )


@pytest.fixture
def no_gpu_free(admin, platform):
    """Take every GPU that is free; return the pods that have them."""
    core = platform.core
    taken = [_occupant(platform, f"occupant-{n}") for n in range(_free_gpus(core))]
    platform.until(
        lambda: all(_phase(platform, name) == "Running" for name in taken), 120, "GPUs are taken"
    )
    yield taken
    for name in taken:
        _delete(core, platform.namespace, name)


def test_a_gpu_step_lands_on_a_gpu_node_and_a_cpu_step_does_not(platform):
    runs = {op: platform.launch(op, LONG) for op in ("on_gpu", "on_cpu")}
    pod = platform.step_pod(runs["on_gpu"], seconds=300)
    node = platform.core.read_node(pod.spec.node_name)
    assert node.metadata.labels["nvidia.com/gpu.present"] == "true"
    assert pod.spec.containers[0].resources.limits["nvidia.com/gpu"] == "1"
    assert pod.spec.node_selector == {"nvidia.com/gpu.present": "true"}
    assert "nvidia.com/gpu" in [toleration.key for toleration in pod.spec.tolerations]
    assert pod.spec.automount_service_account_token is False
    assert "internet" not in (pod.metadata.labels.get("cncf-llm/egress") or "")
    other = platform.step_pod(runs["on_cpu"], seconds=300)
    assert "nvidia.com/gpu" not in other.spec.containers[0].resources.limits
    assert "nvidia.com/gpu" not in [toleration.key for toleration in other.spec.tolerations]


def test_a_step_waits_for_a_gpu_says_so_and_runs_when_one_is_free(platform, no_gpu_free):
    run = platform.launch("on_gpu", 2.0)
    platform.step_pod(run, "Pending", seconds=300)
    platform.until(lambda: _says(platform, run, "waits for 1 nvidia.com/gpu"), 60, "it says so", 2)
    said = next(m for m in platform.messages(run) if "waits for 1 nvidia.com/gpu" in m)
    assert "Insufficient nvidia.com/gpu" in said
    _delete(platform.core, platform.namespace, no_gpu_free[0])
    freed = time.monotonic()
    platform.step_pod(run, seconds=120)
    print(f"\ncapacity added: the step runs {time.monotonic() - freed:.0f} s later")
    assert platform.ended(run, 300)["status"] == "SUCCESS"
    assert _says(platform, run, "started after waiting")


def test_a_wait_that_nothing_ends_ends_by_its_deadline(platform):
    run = platform.launch("on_no_node")
    platform.step_pod(run, "Pending", seconds=300)
    start = time.monotonic()
    assert platform.ended(run, 300)["status"] == "FAILURE"
    print(
        f"\na wait of 45 s at most: the run failed {time.monotonic() - start:.0f} s after its pod"
    )
    assert _says(platform, run, "nvidia.com/gpu.product=none-such")
    assert _says(platform, run, "given up after")
    assert platform.pods(run, "step_worker") == []
    platform.until(lambda: not platform.pods(run), FREED, "no pod of the run is left")


@pytest.mark.parametrize("op", ["on_gpu", "deaf"])
def test_a_cancelled_run_frees_what_it_has(platform, op):
    run = platform.launch(op, LONG)
    platform.step_pod(run, seconds=300)
    platform.until(lambda: _says(platform, run, "Started execution of step"), 300, "it computes", 2)
    platform.cancel(run)
    took = platform.until(lambda: not platform.pods(run), FREED, "no pod of the run is left")
    print(f"\ncancelled {op}: no pod after {took:.0f} s")
    assert platform.ended(run, 240)["status"] == "CANCELED"


@pytest.mark.parametrize("how", ["deleted", "forced", "killed"])
def test_a_run_pod_that_dies_takes_its_steps_along(platform, how):
    run = platform.launch("on_gpu", LONG)
    platform.step_pod(run, seconds=300)
    platform.until(lambda: _says(platform, run, "Started execution of step"), 300, "it computes", 2)
    _end(platform, platform.pods(run, "run_worker")[0].metadata.name, how)
    took = platform.until(lambda: not platform.pods(run, "step_worker"), FREED, "its GPU is free")
    print(f"\nrun pod {how}: no step pod after {took:.0f} s")
    # Older Kubernetes replaces a deleted run pod: the new one finds the run over, and ends.
    took += platform.until(lambda: not platform.pods(run), 180, "no pod of the run is left")
    print(f"run pod {how}: no pod at all after {took:.0f} s")
    ended = platform.ended(run, 120)
    assert ended["status"] == "FAILURE"
    print([event["message"] for event in ended["log"]][-1][:300])


@pytest.mark.parametrize("how", ["deleted", "forced", "killed"])
def test_a_step_whose_pod_dies_is_tried_once_more(platform, how):
    run = platform.launch("on_cpu", 60.0)
    pod = platform.step_pod(run, seconds=300)
    platform.until(lambda: _says(platform, run, "Started execution of step"), 300, "it computes", 2)
    start = time.monotonic()
    _end(platform, pod.metadata.name, how)
    platform.until(lambda: _says(platform, run, "has requested a retry"), 120, "why", 2)
    print(f"\nstep pod {how}: up for another attempt after {time.monotonic() - start:.0f} s")
    ended = platform.ended(run, 600)
    assert ended["status"] == "SUCCESS"
    assert len([e for e in ended["log"] if e["type"] == "ExecutionStepSuccessEvent"]) == 1


@pytest.mark.parametrize(
    ("op", "reason"),
    [
        ("eats_memory", "more memory than its limit of 400Mi (OOMKilled)"),
        ("without_image", "cannot start: ErrImageNeverPull"),
    ],
)
def test_a_step_that_cannot_end_well_fails_with_its_reason(platform, op, reason):
    run = platform.launch(op)
    ended = platform.ended(run, 600)
    assert ended["status"] == "FAILURE"
    assert _says(platform, run, reason), [event["message"] for event in ended["log"]]
    assert not _says(platform, run, "has requested a retry")
    assert platform.pods(run, "step_worker") == []


def _says(platform, run, *words):
    return any(word in message for message in platform.messages(run) for word in words)


def _end(platform, pod, how):
    if how == "killed":
        platform.kill(pod)
    else:
        seconds = 0 if how == "forced" else None
        _delete(platform.core, platform.namespace, pod, seconds)


def _delete(core, namespace, pod, seconds: int | None = 0):
    try:
        core.delete_namespaced_pod(pod, namespace, grace_period_seconds=seconds)
    except client.ApiException as error:
        if error.status != 404:
            raise


def _phase(platform, pod):
    return platform.core.read_namespaced_pod(pod, platform.namespace).status.phase


def _gpus(pod):
    requests = [(c.resources.requests or {}) for c in pod.spec.containers if c.resources]
    return sum(int(request.get("nvidia.com/gpu", 0)) for request in requests)


def _free_gpus(core):
    nodes = core.list_node(label_selector="nvidia.com/gpu.present=true").items
    pods = core.list_pod_for_all_namespaces().items
    live = [pod for pod in pods if pod.status.phase not in ("Succeeded", "Failed")]
    all_of_them = sum(int(node.status.allocatable.get("nvidia.com/gpu", 0)) for node in nodes)
    return all_of_them - sum(_gpus(pod) for pod in live if pod.spec.node_name)


def _occupant(platform, name):
    resources = {"limits": {"nvidia.com/gpu": "1"}, "requests": {"cpu": "1m"}}
    sleeper = {
        "name": "sleep",
        "image": POSTGRES,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "infinity"],
        "resources": resources,
    }
    spec = {
        "containers": [sleeper],
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsUser": 999, "runAsNonRoot": True},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    }
    platform.core.create_namespaced_pod(
        platform.namespace, {"metadata": {"name": name}, "spec": spec}
    )
    return name
