"""What dies in the middle of a run, on the installed platform: the run ends well or says why.

Each fault strikes while a step computes. Afterwards nothing was made twice, what Dagster knows is
what the store holds, and a minute after the end no pod is left. The platform must have the project
`CNCF_LLM_TEST_PROJECT` (etcd), with data. Takes 20 minutes on an idle machine.

`CNCF_LLM_TEST_RUNTIME_FAULT` is a command that ends the container runtime of the node that is its
argument, and starts it again: no API does that, so it is for whom the cluster belongs to.
"""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest
from kubernetes import client

from cncf_llm_tests.cluster.installed import Event, Installed

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

NAMESPACE = os.environ.get("CNCF_LLM_TEST_NAMESPACE", "cncf-llm")
PROJECT = os.environ.get("CNCF_LLM_TEST_PROJECT", "etcd")
CHAIN = ("qa_pairs", "benchmark_questions")  # one after the other
STRUCK = "qa_pairs"
AWAY = 30.0  # seconds without a store
GONE = 60.0  # seconds after which no pod of a run is left


@pytest.fixture(scope="module")
def platform(admin):
    try:
        client.CoreV1Api(admin).read_namespace(NAMESPACE)
    except client.ApiException as error:
        if error.status != 404:
            raise
        pytest.skip(f"the platform is not installed: there is no namespace {NAMESPACE}")
    made = Installed(admin, NAMESPACE)
    if any(version is None for version in made.stored(PROJECT, CHAIN).values()):
        pytest.skip(f"{PROJECT} has no data yet: run refresh_project first")
    return made


def _worker(platform: Installed, run: str) -> None:
    platform.kill(platform.pods(run, "run_worker")[0].metadata.name)


def _step(platform: Installed, run: str) -> None:
    platform.kill(platform.pods(run, "step_worker")[0].metadata.name)


def _step_deleted(platform: Installed, run: str) -> None:
    pod = platform.pods(run, "step_worker")[0].metadata.name
    platform.core.delete_namespaced_pod(pod, platform.namespace)


def _daemon(platform: Installed, run: str) -> None:
    platform.kill(platform.pod("daemon"))


def _code_server(platform: Installed, run: str) -> None:
    platform.kill(platform.pod("code"))


def _postgres(platform: Installed, run: str) -> None:
    platform.away("cncf-llm-postgres", AWAY)


def _s3(platform: Installed, run: str) -> None:
    platform.away("cncf-llm-s3", AWAY)


def _runtime(platform: Installed, run: str) -> None:
    command = os.environ.get("CNCF_LLM_TEST_RUNTIME_FAULT")
    if not command:
        pytest.skip("CNCF_LLM_TEST_RUNTIME_FAULT is not set: nobody may end the runtime")
    node = platform.pods(run, "step_worker")[0].spec.node_name
    subprocess.run([command, node], check=True, timeout=120)


# The fault, and whether the run itself survives it. One that does not is started once more.
FAULTS: dict[str, tuple[Callable[[Installed, str], None], bool]] = {
    "run worker killed": (_worker, False),
    "step pod killed": (_step, True),
    "step pod deleted": (_step_deleted, True),
    "daemon killed": (_daemon, True),
    "code server killed": (_code_server, True),
    "PostgreSQL away": (_postgres, True),
    "S3 away": (_s3, True),
    "container runtime killed": (_runtime, True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refresh_survives(platform, fault):
    strike, survives = FAULTS[fault]
    run = platform.launch("rebuild_project", PROJECT, CHAIN)
    platform.until(lambda: platform.started(run, STRUCK), 600, f"{STRUCK} computes", 1)
    struck = time.time()
    strike(platform, run)
    runs = platform.ended(run, 900)
    events = {each["runId"]: platform.log(each["runId"]) for each in runs}
    left = _left(platform, runs)
    _say(fault, runs, events, struck, left)
    assert runs[-1]["status"] == "SUCCESS", _why(events[runs[-1]["runId"]])
    assert (len(runs) == 1) is survives or not survives
    _assert_each_is_made_once(platform, [e for log in events.values() for e in log])
    assert not left, left


def _assert_each_is_made_once(platform: Installed, events: list[Event]) -> None:
    made = Counter(event.asset for event in events if event.asset)
    assert {asset: n for asset, n in made.items() if n > 1} == {}, "made twice"
    assert set(made) >= set(CHAIN), "lost"
    known = {event.asset: event.data_version for event in events if event.asset}
    stored = platform.stored(PROJECT, CHAIN)
    assert stored == {asset: known[asset] for asset in CHAIN}


def _left(platform: Installed, runs: list[dict]) -> list[str]:
    """Return the pods that are left a minute after the end."""
    end = max(run["endTime"] or 0 for run in runs) + GONE
    while True:
        left = [p.metadata.name for run in runs for p in platform.pods(run["runId"])]
        if not left or time.time() > end:
            return left
        time.sleep(2)


def _why(events: list[Event]) -> str:
    return "\n".join(e.message for e in events if "Failure" in e.type or "Retry" in e.type)


def _say(fault, runs, events, struck: float, left) -> None:
    end = max(run["endTime"] or 0 for run in runs)
    made = sum(1 for log in events.values() for event in log if event.asset)
    print(
        f"\n| {fault} | {' then '.join(run['status'] for run in runs)} | "
        f"{end - struck:.0f} s after it | {made} materializations | pods left: {len(left)} |"
    )
    for log in events.values():
        for event in log:
            noticed = event.type in ("RunFailureEvent", "StepRetryEvent") or (
                "Failure" in event.type or "UpForRetry" in event.type
            )
            if noticed and event.time > struck:
                said = event.message.replace("\n", " ")[:300]
                print(f"    +{event.time - struck:.0f} s {event.type} {event.step or ''}: {said}")
