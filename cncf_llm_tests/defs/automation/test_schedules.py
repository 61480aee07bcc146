"""Schedules as functions, with a real instance and a real store."""

from datetime import datetime

import dagster as dg
import polars as pl
import pytest

from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.schedules import nightly_writing, weekly_refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings


@pytest.fixture
def platform(instance):
    instance.add_dynamic_partitions(PROJECTS.name, ["helm", "etcd", "argo"])
    return instance


def put(store, asset, project, text, **facts):
    with store.draft(asset, project, text) as draft:
        draft.write("table", pl.DataFrame({"text": [text]}))
        draft.facts.update(facts)
    return store.require(asset, project)


def write(store, project, unanswered=0):
    corpus = store.require("unified_corpus", project)
    counts = {"unanswered": unanswered}
    put(store, "written_pairs", project, "pairs", corpus=corpus.digest, counts=counts)


def requested(schedule, instance, **resources):
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=datetime(2026, 1, 4, 1),
        resources=resources,
    )
    return [each for each in schedule(context) if isinstance(each, dg.RunRequest)]


def tonight(platform, store, model="some-model"):
    settings = Settings(llm_model=model)
    requests = requested(nightly_writing, platform, settings=settings, store=store)
    return {request.partition_key: request.tags[tags.REASON] for request in requests}


def test_the_week_refreshes_every_project(platform):
    requests = requested(weekly_refresh, platform)
    assert [(r.partition_key, r.run_key) for r in requests] == [
        ("argo", "2026-01-04 argo"),
        ("etcd", "2026-01-04 etcd"),
        ("helm", "2026-01-04 helm"),
    ]
    assert requests[0].tags[tags.TRIGGER] == "schedule"


def test_the_model_writes_about_passages_that_are_new_or_changed_and_no_others(platform, store):
    for project in ("etcd", "helm"):
        put(store, "unified_corpus", project, "a passage")
    assert list(tonight(platform, store)) == ["etcd", "helm"]
    for project in ("etcd", "helm"):
        write(store, project)
    assert tonight(platform, store) == {}
    put(store, "unified_corpus", "helm", "another passage")
    assert tonight(platform, store) == {"helm": "its passages changed since pairs were written"}


def test_an_endpoint_that_did_not_answer_is_asked_the_next_night(platform, store):
    put(store, "unified_corpus", "etcd", "a passage")
    write(store, "etcd", unanswered=3)
    assert tonight(platform, store) == {"etcd": "3 requests had no answer the last time"}
    write(store, "etcd")
    assert tonight(platform, store) == {}


def test_nobody_writes_about_a_project_that_left_or_without_a_model(platform, store):
    put(store, "unified_corpus", "etcd", "a passage")
    assert tonight(platform, store, model=None) == {}
    platform.delete_dynamic_partition(PROJECTS.name, "etcd")
    assert tonight(platform, store) == {}
