"""`refresh_changed` on a real instance in which the sensor is on, off, or was never seen."""

import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
)

from cncf_llm.defs.automation.refresh_changed import refresh_changed
from cncf_llm.defs.automation.source_cursor import Checks, checks_of_cursor

ORIGIN = RemoteInstigatorOrigin(
    repository_origin=RemoteRepositoryOrigin(
        code_location_origin=RegisteredCodeLocationOrigin(location_name="cncf_llm"),
        repository_name="__repository__",
    ),
    instigator_name="source_changes",
)
CHECKS = Checks(due={"etcd": {"git": (9_999_999_999, 0)}}, rests={"github.com": 9_999_999_999})


def sensor(instance, status, cursor):
    data = SensorInstigatorData(min_interval=300, cursor=cursor)
    state = InstigatorState(ORIGIN, InstigatorType.SENSOR, status, data)
    instance.add_instigator_state(state)


def cursor_after(instance):
    (state,) = instance.all_instigator_state()
    return state.instigator_data.cursor


def test_every_source_is_due_and_hosts_that_rest_are_left_alone(instance):
    sensor(instance, InstigatorStatus.RUNNING, CHECKS.to_cursor())
    assert refresh_changed.execute_in_process(instance=instance).success
    checks = checks_of_cursor(cursor_after(instance))
    assert checks == Checks(due={}, rests=CHECKS.rests)


@pytest.mark.parametrize("cursor", [None, "nonsense"])
def test_a_sensor_that_remembers_nothing_starts_over(instance, cursor):
    sensor(instance, InstigatorStatus.RUNNING, cursor)
    assert refresh_changed.execute_in_process(instance=instance).success
    assert (checks_of_cursor(cursor_after(instance)) or Checks()).due == {}


def test_a_sensor_that_is_off_is_said_so_and_keeps_its_cursor(instance):
    result = refresh_changed.execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    sensor(instance, InstigatorStatus.STOPPED, CHECKS.to_cursor())
    result = refresh_changed.execute_in_process(instance=instance, raise_on_error=False)
    (event,) = result.get_step_failure_events()
    error = event.step_failure_data.error
    assert error
    assert "source_changes is off" in error.message
    assert cursor_after(instance) == CHECKS.to_cursor()
