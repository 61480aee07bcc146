"""What is done about a step's pod, look by look, with the API's answers written down."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from kubernetes.client import V1JobStatus

pytest.importorskip("dagster_k8s", reason="the extra `kubernetes` is not installed")

from cncf_llm.defs import step_pods

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def pod(phase, uid="first", **status):
    container = {"name": "dagster", "resources": {"requests": {"nvidia.com/gpu": "1"}}}
    return {
        "metadata": {"uid": uid},
        "spec": {"containers": [container], "nodeName": None if phase == "Pending" else "gpu-0"},
        "status": {"phase": phase, **status},
    }


class Cluster:
    """The part of dagster-k8s that is asked, with answers that a test sets."""

    def __init__(self, monkeypatch):
        self.status, self.pods, self.deleted, self.told = V1JobStatus(), [], [], []
        self.seconds = 0
        cluster = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return NOW + timedelta(seconds=cluster.seconds)

        monkeypatch.setattr(step_pods, "datetime", Clock)
        monkeypatch.setattr(step_pods, "_tell", lambda _c, _step, said: self.told.append(said))
        client = SimpleNamespace(
            get_job_status=lambda **_: self.status,
            get_pods_in_job=lambda *_: self.pods,
            delete_job=lambda **job: self.deleted.append(job["job_name"]),
        )
        handler = SimpleNamespace(
            _api_client=client,
            _get_step_key=lambda _: "adapter",
            _get_k8s_step_job_name=lambda _: "job",
            _get_container_context=lambda _: SimpleNamespace(namespace="ns"),
        )
        waits = step_pods.Waits(place=3600, start=600, tell=600)
        self.steps = step_pods.StepPods(handler, waits)  # pyright: ignore[reportArgumentType]

    def look(self, seconds, pods, **status):
        self.seconds, self.pods = seconds, pods
        self.status = V1JobStatus(start_time=NOW, **status)
        found = self.steps.check_step_health(None)  # pyright: ignore[reportArgumentType]
        return found.unhealthy_reason


@pytest.fixture
def cluster(monkeypatch):
    return Cluster(monkeypatch)


def test_a_wait_is_told_at_once_then_now_and_then_and_when_it_ends(cluster):
    for seconds in (10, 20, 300, 611, 620):
        assert cluster.look(seconds, [pod("Pending")], active=1) is None
    assert cluster.look(800, [pod("Running")], active=1) is None
    assert cluster.look(810, [pod("Running")], active=1) is None
    assert cluster.told == [
        "Pod of adapter waits for 1 nvidia.com/gpu: not placed yet "
        "(10 s so far, given up after 1 h 0 min)",
        "Pod of adapter waits for 1 nvidia.com/gpu: not placed yet "
        "(10 min 11 s so far, given up after 1 h 0 min)",
        "Pod of adapter runs on gpu-0: started after waiting 13 min 20 s",
    ]


def test_a_pod_that_starts_at_once_is_not_worth_a_word(cluster):
    assert cluster.look(5, [pod("Running")], active=1) is None
    assert cluster.told == []


def test_a_wait_ends_by_its_deadline_and_takes_the_job_along(cluster):
    assert cluster.look(3599, [pod("Pending")], active=1) is None
    said = cluster.look(3600, [pod("Pending")], active=1)
    assert said == ("its pod waits for 1 nvidia.com/gpu: not placed yet (given up after 1 h 0 min)")
    assert cluster.deleted == ["job"]
    assert cluster.steps.again == {"adapter": False}


def test_a_pod_without_image_ends_sooner(cluster):
    waiting = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no x"}}}
    stuck = pod("Pending", containerStatuses=[waiting])
    assert cluster.look(3000, [pod("Pending")], active=1) is None  # for a place, which is over
    assert cluster.look(3010, [stuck], active=1) is None
    assert cluster.look(3609, [stuck], active=1) is None
    assert "cannot start: ImagePullBackOff: no x" in str(cluster.look(3610, [stuck], active=1))
    assert cluster.steps.again == {"adapter": False}


def test_a_death_is_told_when_two_looks_agree(cluster):
    dead = pod("Failed", containerStatuses=[{"state": {"terminated": {"exitCode": 137}}}])
    assert cluster.look(10, [dead], failed=1) is None
    assert cluster.look(20, [dead], failed=1) == "its pod ended with exit code 137 (SIGKILL)"
    assert cluster.steps.again == {"adapter": True}
    assert cluster.deleted == []  # it is over, and its log may be read


def test_a_pod_that_kubernetes_made_in_place_of_the_one_that_ran(cluster):
    assert cluster.look(10, [pod("Running")], active=1) is None
    for seconds in (20, 30):
        said = cluster.look(seconds, [pod("Pending", uid="second")], active=1)
    assert said == "its pod was deleted while it ran"
    assert cluster.deleted == ["job"]  # so that the second does not take a GPU
    assert cluster.steps.again == {"adapter": True}


def test_a_pod_on_a_node_that_does_not_answer(cluster):
    assert cluster.look(10, [pod("Running")], active=1) is None
    ending = pod("Running")
    ending["metadata"]["deletionTimestamp"] = NOW.isoformat()
    assert cluster.look(59, [ending], active=1) is None
    assert cluster.look(60, [ending], active=1) is None
    assert "its node gpu-0 does not answer" in str(cluster.look(70, [ending], active=1))


def test_a_step_that_ended_without_a_word(cluster):
    assert cluster.look(10, [pod("Succeeded")], succeeded=1) is None
    assert "ended without a result" in str(cluster.look(20, [pod("Succeeded")], succeeded=1))


def test_a_job_that_somebody_deleted_is_not_started_again(cluster):
    cluster.steps._handler._api_client.get_job_status = lambda **_: None
    assert cluster.steps.check_step_health(None).is_healthy
    found = cluster.steps.check_step_health(None)
    assert found.unhealthy_reason == "its pod has no Job any more: somebody deleted it"
    assert cluster.steps.again == {"adapter": False}


@pytest.mark.parametrize(
    ("attempts", "name", "active", "deleted"),
    [
        (0, "job", 1, []),
        (1, "job-1", 1, ["job"]),
        (2, "job-2", 1, ["job-1"]),
        (1, "job-1", None, []),  # it is over, and its log may be read
    ],
)
def test_another_attempt_ends_what_is_left_of_the_one_before(
    cluster, attempts, name, active, deleted
):
    cluster.status = V1JobStatus(active=active)
    cluster.steps._handler._get_k8s_step_job_name = lambda _: name
    state = SimpleNamespace(get_attempt_count=lambda _: attempts)
    known = SimpleNamespace(get_retry_state=lambda: state)
    context = SimpleNamespace(execute_step_args=SimpleNamespace(known_state=known))
    cluster.steps._end_attempt_before(context)
    assert cluster.deleted == deleted
