import polars as pl

from cncf_llm.defs.entities import _names_digest


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
