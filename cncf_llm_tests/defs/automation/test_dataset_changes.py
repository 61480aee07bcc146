"""`dataset_changes` as a function, with a real store."""

import dagster as dg
import polars as pl

from cncf_llm.defs.automation.dataset_changes import dataset_changes


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
