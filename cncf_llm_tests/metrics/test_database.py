"""What a scrape says about a real instance with known content."""

import time
from unittest.mock import Mock

import dagster as dg
import pytest
import sqlalchemy.exc
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.events import DagsterEvent, DagsterEventType, EngineEventData
from dagster._core.test_utils import create_run_for_test
from dagster._daemon.types import DaemonHeartbeat

from cncf_llm.defs.automation.tags import TRIGGER
from cncf_llm.metrics import Database
from cncf_llm.metrics.checks import Checks
from cncf_llm.partitions import PROJECTS
from cncf_llm_tests.metrics.conftest import DEFS, unified_corpus

# As on a laptop, with a file for each run, and as with PostgreSQL.
BOTH_LOGS = pytest.mark.parametrize(
    "instance", ["SqliteEventLogStorage", "ConsolidatedSqliteEventLogStorage"], indirect=True
)


def key(name, **labels):
    return f"cncf_llm_{name}", frozenset(labels.items())


def refresh(instance, project, **tags):
    return DEFS.resolve_job_def("refresh_project").execute_in_process(
        instance=instance, partition_key=project, tags=tags, raise_on_error=False
    )


@pytest.fixture
def scrape(serve, database):
    return serve({"database": database.read})


def test_an_empty_instance_says_zero_and_not_nothing(scrape):
    found = scrape()
    assert found[key("source_up", source="database")] == 1
    assert found[key("projects")] == 0
    assert found[key("asset_checks_failed", asset="landscape", check="has_projects",
                     blocking="true")] == 0  # fmt: skip
    failures = key("runs_ended_total", job="refresh_project", status="FAILURE", trigger="schedule")
    assert found[failures] == 0
    assert found[key("gpu_week_limit_seconds")] == 40 * 3600
    assert not [name for name, _ in found if "timestamp" in name and "heartbeat" not in name]


@BOTH_LOGS
def test_assets_with_their_rows_drops_and_ages(instance, scrape):
    started = time.time()
    instance.add_dynamic_partitions(PROJECTS.name, ["coredns", "etcd", "prometheus"])
    DEFS.resolve_job_def("refresh_landscape").execute_in_process(instance=instance)
    refresh(instance, "coredns")
    middle = time.time()
    refresh(instance, "etcd")
    found = scrape()
    assert found[key("projects")] == 3
    assert found[key("asset_partitions_materialized", asset="unified_corpus")] == 2
    assert found[key("asset_rows", asset="unified_corpus")] == 20
    assert found[key("asset_rows", asset="landscape")] == 2
    assert found[key("asset_dropped_rows", asset="unified_corpus", reason="too-short")] == 6
    assert found[key("asset_dropped_rows", asset="landscape", reason="no-name")] == 1
    at = found[key("asset_last_materialization_timestamp_seconds", asset="landscape")]
    assert started <= at <= middle
    oldest = found[key("asset_oldest_materialization_timestamp_seconds", asset="unified_corpus")]
    newest = found[key("asset_last_materialization_timestamp_seconds", asset="unified_corpus")]
    assert started <= oldest <= middle <= newest <= time.time()
    name = "project_last_materialization_timestamp_seconds"
    assert found[key(name, asset="unified_corpus", project="etcd")] == newest
    checks = {"asset": "unified_corpus", "check": "long_enough", "blocking": "false"}
    assert found[key("asset_checks_failed", **checks)] == 1


def test_what_happens_between_two_scrapes_is_seen_by_the_second(instance, scrape):
    instance.add_dynamic_partitions(PROJECTS.name, ["coredns", "etcd"])
    refresh(instance, "etcd")
    before = scrape()
    refresh(instance, "coredns")
    after = scrape()
    for found, rows in ((before, 10), (after, 20)):
        assert found[key("asset_rows", asset="unified_corpus")] == rows


def test_a_project_that_left_the_landscape_does_not_count(instance, scrape):
    instance.add_dynamic_partitions(PROJECTS.name, ["coredns", "etcd"])
    refresh(instance, "etcd")
    refresh(instance, "coredns")
    instance.delete_dynamic_partition(PROJECTS.name, "etcd")
    found = scrape()
    assert found[key("asset_partitions_materialized", asset="unified_corpus")] == 1
    checks = {"asset": "unified_corpus", "check": "long_enough", "blocking": "false"}
    assert found[key("asset_checks_failed", **checks)] == 0


def test_ends_of_runs_are_counted_once_and_from_the_first_scrape_on(instance, scrape):
    instance.add_dynamic_partitions(PROJECTS.name, ["coredns", "etcd"])
    refresh(instance, "etcd")
    scrape()
    refresh(instance, "coredns", **{TRIGGER: "sources"})
    refresh(instance, "coredns", **{TRIGGER: "sources", "fail": "yes"})
    refresh(instance, "coredns", **{TRIGGER: "made up", "fail": "yes"})
    for _ in range(2):
        found = scrape()
        ended = {
            (dict(labels)["status"], dict(labels)["trigger"]): value
            for (name, labels), value in found.items()
            if name == "cncf_llm_runs_ended_total" and value
        }
        assert ended == {
            ("SUCCESS", "sources"): 1,
            ("FAILURE", "sources"): 1,
            ("FAILURE", "other"): 1,
        }
        assert found[key("run_duration_seconds_count", job="refresh_project")] == 3
        assert found[key("runs", status="SUCCESS")] == 2  # the instance knows all
        assert found[key("runs", status="FAILURE")] == 2


def test_runs_under_way_and_steps_that_wait(instance, scrape):
    run = create_run_for_test(
        instance,
        "refresh_project",
        status=dg.DagsterRunStatus.STARTED,
        tags={TRIGGER: "person"},
    )

    def log(event, step):
        data = EngineEventData() if event == DagsterEventType.STEP_WORKER_STARTING else None
        told = DagsterEvent(
            event.value, job_name="refresh_project", step_key=step, event_specific_data=data
        )
        instance.report_dagster_event(told, run.run_id)

    log(DagsterEventType.STEP_WORKER_STARTING, "adapter")
    log(DagsterEventType.STEP_WORKER_STARTING, "unified_corpus")
    log(DagsterEventType.STEP_START, "unified_corpus")
    found = scrape()
    under_way = key("runs_under_way", job="refresh_project", status="STARTED", trigger="person")
    assert found[under_way] == 1
    waiting = "step_waiting_since_timestamp_seconds"
    assert time.time() - found[key(waiting, step="adapter", pool="")] < 60
    assert key(waiting, step="unified_corpus", pool="") not in found
    log(DagsterEventType.STEP_START, "adapter")
    assert key(waiting, step="adapter", pool="") not in scrape()


def test_after_a_failure_it_connects_anew(instance, monkeypatch):
    opened = []

    def connect():
        opened.append(1)
        return instance

    database = Database(connect, DEFS, gpu_hours_per_week=1)
    monkeypatch.setattr(instance, "dispose", lambda: opened.append("closed"))
    database.read()
    database.read()
    assert opened == [1]
    with monkeypatch.context() as away:
        error = sqlalchemy.exc.OperationalError("select 1", {}, Exception("server closed"))
        away.setattr(instance, "get_daemon_heartbeats", Mock(side_effect=error))
        with pytest.raises(sqlalchemy.exc.OperationalError):
            database.read()
    assert database.read()
    assert opened == [1, "closed", 1]


def test_pools_with_their_slots(instance, scrape):
    instance.event_log_storage.set_concurrency_slots("gpu", 1)
    instance.event_log_storage.claim_concurrency_slot("gpu", "run-1", "adapter")
    instance.event_log_storage.claim_concurrency_slot("gpu", "run-2", "adapter")
    found = scrape()
    assert found[key("pool_slots", pool="gpu")] == 1
    assert found[key("pool_slots_used", pool="gpu")] == 1
    assert found[key("pool_steps_waiting", pool="gpu")] == 1


def test_the_daemons_signs_of_life(instance, scrape):
    instance.add_daemon_heartbeat(DaemonHeartbeat(1700000000.0, "SENSOR", "id", []))
    found = scrape()
    assert found[key("daemon_heartbeat_timestamp_seconds", daemon="SENSOR")] == 1700000000
    assert found[key("daemon_heartbeat_timestamp_seconds", daemon="BACKFILL")] == 0  # never one
    assert found[key("daemon_errors", daemon="SENSOR")] == 0


@BOTH_LOGS
def test_a_check_that_is_under_way_keeps_its_last_result(instance):
    check = dg.AssetCheckKey(unified_corpus.key, "long_enough")
    checks = Checks({check: False})
    instance.add_dynamic_partitions(PROJECTS.name, ["etcd"])

    def failed():
        (family,) = checks.read(instance, {"etcd"})
        return [sample.value for sample in family.samples]

    assert failed() == [0]
    refresh(instance, "etcd")
    assert failed() == [1]
    run = create_run_for_test(instance, "refresh_project", tags={"dagster/partition": "etcd"})
    planned = DagsterEvent(
        DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value,
        job_name="refresh_project",
        event_specific_data=AssetCheckEvaluationPlanned(
            asset_key=check.asset_key, check_name=check.name
        ),
    )
    instance.report_dagster_event(planned, run.run_id)
    assert failed() == [1]
    refresh(instance, "etcd", good="yes")
    assert failed() == [0]
