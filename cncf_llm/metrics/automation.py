"""What must tick: the daemon's threads, sensors and schedules."""

from collections.abc import Iterator
from itertools import takewhile

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, TickStatus
from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge

_TICKS = 20  # the last ticks that are looked at; failures in a row are counted up to this


def read_automation(instance: dg.DagsterInstance) -> Iterator[Metric]:
    """Yield the metrics of the daemon, of sensors and of schedules."""
    beats = instance.get_daemon_heartbeats()
    names = {*instance.get_required_daemon_types(), *beats}
    yield gauge(
        "daemon_heartbeat_timestamp_seconds",
        "The last sign of life of each thread of the daemon; 0 when there never was one.",
        ["daemon"],
        {(name,): beats[name].timestamp if name in beats else 0.0 for name in names},
    )
    yield gauge(
        "daemon_errors",
        "Errors that a thread of the daemon told with its last sign of life.",
        ["daemon"],
        {(name,): len(beats[name].errors or ()) if name in beats else 0 for name in names},
    )
    states = {state.instigator_name: state for state in instance.all_instigator_state()}
    yield gauge(
        "automation_on",
        "1 when a sensor or schedule is switched on.",
        ["automation", "type"],
        {
            (name, state.instigator_type.value.lower()): state.status != InstigatorStatus.STOPPED
            for name, state in states.items()
        },
    )
    ticks = {}
    if states and instance.schedule_storage:
        selectors = [state.selector_id for state in states.values()]
        ticks = instance.schedule_storage.get_batch_ticks(selectors, limit=_TICKS)
    failed: dict[tuple[str, ...], float] = {}
    succeeded: dict[tuple[str, ...], float] = {}
    for name, state in states.items():
        ended = [t for t in ticks.get(state.selector_id, ()) if t.status != TickStatus.STARTED]
        failed[name,] = len(list(takewhile(lambda t: t.status == TickStatus.FAILURE, ended)))
        good = [tick.timestamp for tick in ended if tick.status != TickStatus.FAILURE]
        if good:
            succeeded[name,] = good[0]
    yield gauge(
        "automation_failed_ticks",
        f"Ticks of a sensor or schedule that failed since the last good one, up to {_TICKS}.",
        ["automation"],
        failed,
    )
    yield gauge(
        "automation_last_success_timestamp_seconds",
        f"When a sensor or schedule last ticked without failure, within its last {_TICKS} ticks.",
        ["automation"],
        succeeded,
    )
