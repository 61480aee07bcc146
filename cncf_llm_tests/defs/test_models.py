"""What an adapter says of its training: data, base model, reason. The training is a stand-in."""

import dagster as dg
import polars as pl

from cncf_llm import training
from cncf_llm.defs.automation.tags import REASON
from cncf_llm.defs.models import adapter
from cncf_llm.defs.storage import StoredInputs
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm_tests.training.test_movement import pairs


def test_an_adapter_says_what_it_was_trained_on_and_why(store, instance, tmp_path, monkeypatch):
    def train_adapter(base, train, validation, folder, **_):
        folder.mkdir()
        (folder / "adapter.safetensors").write_text("weights")
        curve = pl.DataFrame({"step": [1, 2], "train_loss": [2.0, 1.0]})
        curve = curve.with_columns(pl.lit(None, pl.Float64).alias("validation_loss"))
        return training.Trained({"pairs": train.height, "seconds": 1.0}, curve)

    monkeypatch.setattr(training, "train_adapter", train_adapter)
    with store.draft("base_model", None, "r") as draft:
        (draft.path / "model").mkdir()
        (draft.path / "model" / "weights").write_text("weights")
        draft.facts.update(kind="embedded", name="tiny")
    with store.draft("qa_dataset", None, "r") as draft:
        (draft.path / "etcd").mkdir()
        pairs(range(12)).write_parquet(draft.path / "etcd" / "train.parquet")
    instance.add_dynamic_partitions(PROJECTS.name, ["etcd"])
    upstream = [dg.AssetSpec("base_model"), dg.AssetSpec("qa_dataset")]
    settings = Settings(home=tmp_path, mlflow_tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    result = dg.materialize(
        [adapter, *upstream],
        selection=["adapter"],
        partition_key="etcd",
        instance=instance,
        resources={"store": store, "settings": settings, "io_manager": StoredInputs(store)},
        tags={REASON: "12 % of the tokens changed"},
    )
    assert result.success

    version = store.require("adapter", "etcd")
    part = store.require("qa_dataset").part("etcd")
    assert version.table("trained_on").equals(training.trained_on(pairs(range(12))))
    assert version.facts["table"] == "curve"
    assert version.facts["data"] == part
    assert version.facts["parts"] == {"etcd": part}
    assert version.facts["base_model"] == store.require("base_model").digest

    (event,) = result.asset_materializations_for_node("adapter")
    assert event.metadata["reason"].value == "12 % of the tokens changed"
    assert event.metadata["computed"].value is True

    from mlflow import MlflowClient

    run = MlflowClient(settings.tracking_uri).get_run(version.facts["mlflow_run"])
    assert run.data.tags[REASON] == "12 % of the tokens changed"
