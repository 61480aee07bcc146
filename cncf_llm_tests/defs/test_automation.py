"""Sensors and the schedule as functions, with a real instance and a real store."""

from datetime import datetime

import dagster as dg
import polars as pl
import pytest

from cncf_llm.defs.automation import daily_refresh, dataset_changes, landscape_changes
from cncf_llm.landscape import LandscapeError
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings

ITEM = """
          - item:
            name: {name}
            homepage_url: https://example.org
            project: sandbox
            repo_url: https://github.com/example/{name}
            crunchbase: https://www.crunchbase.com/organization/example
"""


def write_landscape(path, *names):
    path.write_text(
        "landscape:\n  - category:\n    name: Runtime\n    subcategories:\n"
        "      - subcategory:\n        name: Things\n        items:"
        + "".join(ITEM.format(name=name) for name in names)
    )


@pytest.fixture
def tick(tmp_path, instance):
    """Evaluate `landscape_changes`, applying what it asks for; returns the names requested."""
    file = tmp_path / "landscape.yml"
    settings = Settings(landscape=str(file))
    state = {"cursor": None}

    def tick(*names):
        write_landscape(file, *names)
        context = dg.build_sensor_context(
            instance=instance, cursor=state["cursor"], resources={"settings": settings}
        )
        result = landscape_changes(context)
        if isinstance(result, dg.SkipReason):
            return []
        for request in result.dynamic_partitions_requests or []:
            instance.add_dynamic_partitions(PROJECTS.name, request.partition_keys)
        state["cursor"] = result.cursor
        return [request.partition_key or request.job_name for request in result.run_requests]

    return tick


def test_the_first_tick_adds_all_projects_and_refreshes_them(tick, instance):
    assert tick("etcd", "helm") == ["refresh_landscape", "etcd", "helm"]
    assert set(instance.get_dynamic_partitions(PROJECTS.name)) == {"etcd", "helm"}


def test_an_unchanged_landscape_asks_for_nothing(tick):
    tick("etcd")
    assert tick("etcd") == []


def test_a_new_project_alone_is_refreshed(tick):
    tick("etcd")
    assert tick("etcd", "helm") == ["refresh_landscape", "helm"]


def test_a_project_that_left_keeps_its_partition(tick, instance):
    tick("etcd", "helm")
    assert tick("etcd") == ["refresh_landscape"]
    assert set(instance.get_dynamic_partitions(PROJECTS.name)) == {"etcd", "helm"}


def test_a_missing_landscape_is_an_error_that_names_it(tmp_path, instance):
    settings = Settings(landscape=str(tmp_path / "gone.yml"))
    context = dg.build_sensor_context(instance=instance, resources={"settings": settings})
    with pytest.raises(LandscapeError, match=r"gone\.yml"):
        landscape_changes(context)


def put_dataset(store, **projects):
    with store.draft("qa_dataset", None, "r") as draft:
        for name, rows in projects.items():
            (draft.path / name).mkdir()
            pl.DataFrame({"question": rows}).write_parquet(draft.path / name / "train.parquet")
    return store.require("qa_dataset")


def put_adapter(store, project, data):
    with store.draft("adapter", project, data) as draft:
        draft.write("curve", pl.DataFrame({"step": [1]}))
        draft.facts["data"] = data


def requested(store):
    context = dg.build_sensor_context(resources={"store": store})
    return [
        (result.partition_key, result.run_key)
        for result in dataset_changes(context)
        if isinstance(result, dg.RunRequest)
    ]


def test_no_data_set_no_retraining(store):
    assert requested(store) == []


def test_a_project_is_retrained_when_its_data_set_changed_and_only_then(store):
    dataset = put_dataset(store, etcd=["a"], helm=["b"])
    for project in ("etcd", "helm"):
        put_adapter(store, project, dataset.part(project))
    assert requested(store) == []
    dataset = put_dataset(store, etcd=["a", "more"], helm=["b"])
    assert requested(store) == [("etcd", f"etcd {dataset.part('etcd')}")]


def test_a_request_for_the_same_data_has_the_same_run_key(store):
    put_dataset(store, etcd=["a"])
    put_adapter(store, "etcd", "older data")
    assert requested(store) == requested(store)  # Dagster runs a key once


def test_the_night_refreshes_every_project(instance):
    instance.add_dynamic_partitions(PROJECTS.name, ["helm", "etcd"])
    context = dg.build_schedule_context(
        instance=instance, scheduled_execution_time=datetime(2026, 1, 2, 3)
    )
    requests = list(daily_refresh(context))
    assert [(r.partition_key, r.run_key) for r in requests] == [
        ("etcd", "2026-01-02 etcd"),
        ("helm", "2026-01-02 helm"),
    ]
