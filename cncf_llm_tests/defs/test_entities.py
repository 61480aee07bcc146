import re
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from cncf_llm import sample
from cncf_llm.defs.entities import _annotated, _names_digest
from cncf_llm.defs.entity_checks import score_figures
from cncf_llm.defs.present import drop_metadata
from cncf_llm.entities.score import score_spans
from cncf_llm.settings import Settings
from cncf_llm.store import DROPS


def landscape(store, **changes):
    project = {"project": "etcd", "name": "etcd", "aliases": ["etcd v3"], "graduated": "2020-11-24"}
    with store.draft("landscape", None, "r") as draft:
        draft.write("projects", pl.DataFrame([project | changes]))
        draft.write(
            "neighbours", pl.DataFrame([{"name": "Consul", "category": "C", "subcategory": "S"}])
        )
    return store.require("landscape")


def test_the_recognizer_depends_on_names_and_not_on_dates(store):
    before = _names_digest(landscape(store))
    assert _names_digest(landscape(store, graduated="2020-11-25")) == before
    assert _names_digest(landscape(store, aliases=["etcd3"])) != before


def test_dropped_edges_are_counted_beside_dropped_mentions(store):
    def drops(*reasons):
        row = {"project": "etcd", "item": "psg-1", "detail": "x"}
        return DROPS.frame({**row, "reason": reason} for reason in reasons)

    with store.draft("entity_graph", "etcd", "r") as draft:
        draft.write("drops", drops("ambiguous-without-context"))
        draft.write("edge_drops", drops("breaks-signature", "breaks-signature"))
    metadata = drop_metadata(store.require("entity_graph", "etcd"), "edge_drops")
    assert metadata["dropped"] == 3
    assert metadata["dropped by reason"].value == {
        "breaks-signature": 2,
        "ambiguous-without-context": 1,
    }


def test_the_recognizer_is_scored_on_the_sample_unless_told_otherwise(tmp_path):
    assert _annotated(Settings(entity_dev_set=None)) == sample.ANNOTATED
    (tmp_path / "dev.jsonl").write_text("")
    assert _annotated(Settings(entity_dev_set=tmp_path / "dev.jsonl")).parent == tmp_path
    with pytest.raises(dg.Failure, match="CNCF_LLM_ENTITY_DEV_SET"):
        _annotated(Settings(entity_dev_set=Path("no/such/file")))


def test_scores_have_names_that_mlflow_takes():
    figures = score_figures(score_spans([[(0, 4, "PROJECT")]], [[(0, 4, "PROJECT")]]))
    assert figures["exact_f1_PROJECT"] == figures["relaxed_recall_micro_without_CONCEPT"] == 1.0
    assert all(re.fullmatch(r"[\w.-]+", name) for name in figures)
    assert "exact_f1_VERSION" not in figures  # neither annotated nor found
