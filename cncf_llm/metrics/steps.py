"""Steps that wait: for a slot of a concurrency pool, or for a pod that no node has room for."""

from collections.abc import Iterator, Mapping

import dagster as dg
from dagster import DagsterEventType as Event
from dagster import DagsterRunStatus as Status
from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge

_BEGAN = {Event.STEP_START, Event.STEP_FAILURE, Event.STEP_SKIPPED, Event.STEP_SUCCESS}


def read_steps(instance: dg.DagsterInstance, pools: Mapping[str, str]) -> Iterator[Metric]:
    """Yield the metrics of steps; `pools` names the pool of a step, by the step's key.

    Only the logs of runs under way are read, and `dagster.yaml` bounds how many there are.
    """
    since: dict[tuple[str, str], float] = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=[Status.STARTED])):
        for step, at in _waiting(instance, run.run_id).items():
            labels = (step, pools.get(step, ""))
            since[labels] = min(at, since.get(labels, at))
    yield gauge(
        "step_waiting_since_timestamp_seconds",
        "When the pod of a step was asked for that has not started yet, the oldest of each step.",
        ["step", "pool"],
        since,
    )
    storage = instance.event_log_storage
    infos = storage.get_concurrency_infos(sorted(storage.get_concurrency_keys()))
    for name, text, read in (
        ("pool_slots", "Steps of a pool that may be under way at once.", lambda i: i.slot_count),
        ("pool_slots_used", "Steps of a pool that are under way.", lambda i: i.active_slot_count),
        (
            "pool_steps_waiting",
            "Steps that wait for a slot of a pool.",
            lambda i: i.pending_step_count,
        ),
    ):
        yield gauge(name, text, ["pool"], {(key,): read(info) for key, info in infos.items()})


def _waiting(instance: dg.DagsterInstance, run_id: str) -> dict[str, float]:
    """Return when each step's pod was asked for, of those steps that have not begun since."""
    asked: dict[str, float] = {}
    for record in instance.all_logs(run_id, of_type={Event.STEP_WORKER_STARTING, *_BEGAN}):
        if record.dagster_event is None or record.step_key is None:
            continue
        if record.dagster_event.event_type == Event.STEP_WORKER_STARTING:
            asked[record.step_key] = record.timestamp
        else:
            asked.pop(record.step_key, None)
    return asked
