"""How often a run is asked for, with a real instance."""

import time

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from cncf_llm.defs.automation import asking, tags
from cncf_llm.defs.automation.asking import back_off, next_attempt, run_key

FAILURE, SUCCESS = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
STARTED = dg.DagsterRunStatus.STARTED


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def put_run(instance, status, state="s1", project="etcd"):
    found = {tags.STATE: state, tags.PROJECT: project}
    create_run_for_test(instance, job_name="job", status=status, tags=found)


def attempt(instance, state="s1", project="etcd"):
    return next_attempt(instance, "job", state, project)


def test_what_was_never_asked_for_is_asked_for_first(instance):
    put_run(instance, FAILURE, project="helm")
    assert attempt(instance) == 1
    assert run_key("s1", 1, "etcd") == "etcd s1"


def test_a_run_under_way_is_waited_for(instance):
    put_run(instance, STARTED)
    assert "under way" in str(attempt(instance))
    assert attempt(instance, project="helm") == 1


def test_after_failures_the_wait_doubles(instance, monkeypatch):
    start = time.time()
    for failures in (1, 2, 3):
        put_run(instance, FAILURE)
        wait = asking.FIRST_WAIT * 2 ** (failures - 1)
        monkeypatch.setattr(asking.time, "time", lambda wait=wait: start + wait - 60)
        assert f"asked {failures} times, the last run ended as failure" in str(attempt(instance))
        monkeypatch.setattr(asking.time, "time", lambda wait=wait: start + wait + 60)
        assert attempt(instance) == failures + 1
    assert run_key("s1", 4, "etcd") == "etcd s1 attempt 4"


def test_another_state_does_not_wait(instance):
    put_run(instance, FAILURE)
    assert attempt(instance, "s2") == 1


def test_a_state_that_comes_back_is_asked_for_at_once_under_a_new_key(instance):
    put_run(instance, SUCCESS)
    put_run(instance, SUCCESS, "s2")
    assert attempt(instance) == 2


def test_the_wait_has_a_limit():
    assert back_off(1) == asking.FIRST_WAIT
    assert back_off(10_000) == asking.LONGEST_WAIT
