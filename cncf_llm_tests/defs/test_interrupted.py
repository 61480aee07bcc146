"""A step that is told to end: by a person, it ends; by Kubernetes, it is tried once more."""

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from cncf_llm.defs.interrupted import again_if_moved


def asset_that_is_told_to_end(times):
    attempts = []

    @dg.asset
    def moved(context: dg.AssetExecutionContext) -> None:
        with again_if_moved(context):
            attempts.append(context.retry_number)
            if len(attempts) <= times:
                raise DagsterExecutionInterruptedError

    return moved, attempts


def test_in_a_step_pod_it_is_tried_once_more(monkeypatch, instance):
    monkeypatch.setenv("DAGSTER_RUN_STEP_KEY", "moved")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    moved, attempts = asset_that_is_told_to_end(times=1)
    assert dg.materialize([moved], instance=instance).success
    assert attempts == [0, 1]


def test_but_not_for_ever(monkeypatch, instance):
    monkeypatch.setenv("DAGSTER_RUN_STEP_KEY", "moved")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    moved, attempts = asset_that_is_told_to_end(times=9)
    assert not dg.materialize([moved], instance=instance, raise_on_error=False).success
    assert attempts == [0, 1]


def test_elsewhere_it_ends(monkeypatch, instance):
    monkeypatch.delenv("DAGSTER_RUN_STEP_KEY", raising=False)
    moved, attempts = asset_that_is_told_to_end(times=1)
    assert not dg.materialize([moved], instance=instance, raise_on_error=False).success
    assert attempts == [0]


def test_a_cancelled_run_is_not_tried_again(monkeypatch, instance):
    monkeypatch.setenv("DAGSTER_RUN_STEP_KEY", "cancelled")
    attempts = []

    @dg.asset
    def cancelled(context: dg.AssetExecutionContext) -> None:
        with again_if_moved(context):
            attempts.append(context.retry_number)
            context.instance.report_run_canceling(context.run)
            raise DagsterExecutionInterruptedError

    dg.materialize([cancelled], instance=instance, raise_on_error=False)
    assert attempts == [0]
