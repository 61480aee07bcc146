import polars as pl

from cncf_llm.defs.entities import _names_digest
from cncf_llm.defs.present import drop_metadata
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
