"""What a pod's status says, from statuses as real clusters give them."""

import pytest

from cncf_llm.defs.pod_status import duration, look, seen, wants

NO_GPU = (
    "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, "
    "1 node(s) didn't match Pod's node affinity."
)


def pod(phase, *states, node=None, selector=None, **status):
    resources = {
        "requests": {"cpu": "1", "memory": "4Gi", "ephemeral-storage": "2Gi", "nvidia.com/gpu": "1"}
        if selector
        else {"cpu": "250m", "memory": "512Mi"},
        "limits": {"memory": "2Gi"},
    }
    return {
        "metadata": {"uid": "u1", "name": "p"},
        "spec": {
            "containers": [{"name": "dagster", "resources": resources}],
            "nodeName": node,
            "nodeSelector": selector,
            "activeDeadlineSeconds": 3600,
        },
        "status": {"phase": phase, "containerStatuses": [{"state": s} for s in states], **status},
    }


def unschedulable(message):
    return [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    ]


def test_a_pod_that_waits_for_a_gpu_says_so_in_the_schedulers_words():
    waits = pod(
        "Pending",
        selector={"nvidia.com/gpu.present": "true"},
        conditions=unschedulable(NO_GPU),
    )
    found = look(waits)
    assert found.state == "waiting"
    assert found.why == (
        "waits for 1 nvidia.com/gpu, 1 cpu, 4Gi memory on a node with nvidia.com/gpu.present=true: "
        + NO_GPU
    )


def test_a_pod_that_the_scheduler_has_not_looked_at():
    assert look(pod("Pending")).why == "waits for 250m cpu, 512Mi memory: not placed yet"


def test_what_is_scarce_comes_first():
    assert wants(pod("Pending", selector={"a": "b"})).startswith("1 nvidia.com/gpu, 1 cpu")


@pytest.mark.parametrize(
    "reason", ["ImagePullBackOff", "ErrImageNeverPull", "CreateContainerConfigError"]
)
def test_a_pod_that_cannot_start(reason):
    state = {"waiting": {"reason": reason, "message": "no such thing"}}
    found = look(pod("Pending", state, node="node-0"))
    assert (found.state, found.why) == ("stuck", f"cannot start: {reason}: no such thing")


def test_a_pod_that_is_being_started_is_neither_waiting_nor_stuck():
    state = {"waiting": {"reason": "ContainerCreating"}}
    assert look(pod("Pending", state, node="node-0")).state == "starting"
    assert look(pod("Running", {"running": {}}, node="gpu-0")).why == "runs on gpu-0"


def test_out_of_memory_names_the_limit_and_is_not_tried_again():
    found = look(pod("Failed", {"terminated": {"reason": "OOMKilled", "exitCode": 137}}))
    assert "more memory than its limit of 2Gi (OOMKilled)" in found.why
    assert not found.again


def test_a_deadline_is_not_tried_again():
    found = look(pod("Failed", reason="DeadlineExceeded", message="Pod was active ..."))
    assert found.why == "was killed after its 1 h 0 min (DeadlineExceeded)"
    assert not found.again


@pytest.mark.parametrize(
    ("message", "again"),
    [
        ("The node was low on resource: memory.", True),
        ("Pod ephemeral local storage usage exceeds the total limit of containers 4Gi.", False),
        ('Usage of EmptyDir volume "shm" exceeds the limit "8Gi".', False),
    ],
)
def test_an_eviction_is_tried_again_unless_the_pod_filled_its_own_disk(message, again):
    found = look(pod("Failed", reason="Evicted", message=message))
    assert found.why == f"was evicted from its node: {message}"
    assert found.again is again


@pytest.mark.parametrize(("code", "name"), [(137, " (SIGKILL)"), (143, " (SIGTERM)"), (3, "")])
def test_an_exit_code_is_named_and_tried_again(code, name):
    found = look(pod("Failed", {"terminated": {"reason": "Error", "exitCode": code}}))
    assert (found.why, found.again) == (f"ended with exit code {code}{name}", True)


def test_a_node_that_shuts_down():
    found = look(pod("Failed", reason="Terminated", message="Pod was terminated by its node."))
    assert found.why == "was killed: Terminated: Pod was terminated by its node."
    assert found.again


def test_a_failure_without_a_reason():
    assert look(pod("Failed")).why == "failed, and Kubernetes does not say why"


def failed(reason):
    return {"failed": 1, "conditions": [{"type": "Failed", "status": "True", "reason": reason}]}


def test_a_jobs_deadline_is_told_although_its_pod_is_gone():
    assert "deadline of its Job" in seen(failed("DeadlineExceeded"), []).why


def test_a_deleted_pod_leaves_its_jobs_count():
    found = seen(failed("BackoffLimitExceeded"), [])
    assert (found.state, found.again) == ("killed", True)
    assert found.why == "was deleted (BackoffLimitExceeded)"


def test_the_pod_that_died_explains_its_job():
    dead = pod("Failed", {"terminated": {"reason": "OOMKilled", "exitCode": 137}})
    assert "OOMKilled" in seen(failed("BackoffLimitExceeded"), [dead]).why


def test_a_job_without_pods_waits_for_one():
    assert seen({}, []).why == "has not been made yet"


def test_a_job_that_succeeded_is_over():
    assert seen({"succeeded": 1}, [pod("Succeeded")]).state == "ended"


def test_a_pod_that_runs_counts_more_than_one_that_ended():
    both = [pod("Failed"), pod("Running", {"running": {}}, node="n")]
    assert seen({"active": 1, "failed": 1}, both).state == "running"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (3600, "1 h 0 min"), (21_660, "6 h 1 min")],
)
def test_lengths_of_time(seconds, said):
    assert duration(seconds) == said
