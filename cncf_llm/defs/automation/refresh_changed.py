"""The job behind "refresh all that changed": it has the sensor check every source at once."""

from dataclasses import replace

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorState, SensorInstigatorData

from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.source_cursor import checks_of_cursor

_SENSOR = "source_changes"


@dg.op(description="Make every source due, so that the sensor's next ticks check them all.")
def make_sources_due(context: dg.OpExecutionContext) -> None:
    """Forget when which source was to be checked; hosts that asked for rest are left alone still.

    Raises `dg.Failure` when the sensor is off: then nobody would check.
    """
    state = _sensor_state(context.instance)
    if state is None or not state.is_running:
        raise dg.Failure(
            f"the sensor {_SENSOR} is off, and it does the checking: switch it on "
            f"(`dagster sensor start {_SENSOR}`)",
            allow_retries=False,
        )
    data = state.instigator_data
    if not isinstance(data, SensorInstigatorData):
        context.log.info("the sensor has not checked anything yet, so everything is due")
        return
    checks = checks_of_cursor(data.cursor)
    due = len(checks.due) if checks else 0
    cursor = replace(checks, due={}).to_cursor() if checks else None
    context.instance.update_instigator_state(state.with_data(data._replace(cursor=cursor)))
    context.log.info("the sources of %s projects are due; see the ticks of %s", due, _SENSOR)


def _sensor_state(instance: dg.DagsterInstance) -> InstigatorState | None:
    found = [state for state in instance.all_instigator_state() if state.name == _SENSOR]
    return found[0] if found else None


@dg.job(
    description="Check the sources of every project at once and read those that changed, instead "
    "of waiting for their turn. What follows from them is refreshed as always.",
    tags={tags.TRIGGER: "person", tags.COST: "network"},
    executor_def=dg.in_process_executor,
)
def refresh_changed():
    make_sources_due()
