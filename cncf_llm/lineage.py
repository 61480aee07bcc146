"""From any row back to file, commit and licence, and from a document forward to its scores.

Every row carries the ids it was made from (docs/architecture.md); this module only follows them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from cncf_llm.store import Store, stable_id


@dataclass(frozen=True)
class Kind:
    """Where rows of one kind are kept, and which columns name the rows they were made from."""

    name: str
    assets: tuple[str, ...]
    table: str
    key: str
    parents: tuple[tuple[str, str], ...]  # (kind of the parent, column that holds its id or ids)


KINDS = {
    "doc": Kind(
        "document",
        ("repository_documents", "website_documents", "stackoverflow_threads"),
        "documents",
        "document_id",
        (),
    ),
    "psg": Kind(
        "passage", ("unified_corpus",), "passages", "passage_id", (("doc", "document_id"),)
    ),
    "men": Kind("mention", ("entity_graph",), "mentions", "mention_id", (("psg", "passage_id"),)),
    "ent": Kind("entity", ("entity_graph",), "nodes", "entity_id", (("psg", "passage_ids"),)),
    "edg": Kind("relation", ("entity_graph",), "edges", "edge_id", (("psg", "passage_ids"),)),
    "fct": Kind("fact", ("qa_pairs",), "facts", "fact_id", (("psg", "passage_ids"),)),
    "qa": Kind("question-answer pair", ("qa_pairs",), "pairs", "qa_id", (("fct", "fact_id"),)),
    "itm": Kind(
        "benchmark item", ("benchmark_questions",), "items", "item_id", (("fct", "fact_id"),)
    ),
    "scr": Kind(
        "score",
        ("benchmark_scores", "landscape_scores"),
        "item_scores",
        "score_id",
        (("itm", "item_id"),),
    ),
}


class UnknownIdError(Exception):
    """No stored row has this id."""


@dataclass(frozen=True)
class Row:
    """One stored row: what it is, where it is kept, and its columns."""

    id: str
    kind: Kind
    asset: str
    partition: str | None
    values: dict[str, object]


def find(store: Store, row_id: str) -> Row:
    """Return the row of this id. Raises `UnknownIdError`."""
    kind = _kind(row_id)
    for row in _rows(store, kind, pl.col(kind.key) == row_id):
        return row
    raise UnknownIdError(
        f"no {kind.name} has the id {row_id}: it may have gone with its document, "
        "or its asset is not materialized here"
    )


def parents(store: Store, row: Row) -> list[Row]:
    """Return the rows that this one was made from.

    Facts about the landscape have the landscape file as their document: see `landscape_row`.
    """
    found = []
    project = str(row.values["project"]) if "project" in row.values else row.partition
    for parent in parent_ids(row):
        prefix = parent.split("-", maxsplit=1)[0]
        if project and parent == stable_id(prefix, "landscape", project):
            found.append(landscape_row(store, project))
        else:
            kind = _kind(parent)
            # A control's item is another project's, so a score does not say where its item is.
            where = None if row.id.startswith("scr-") else project
            rows = list(_rows(store, kind, pl.col(kind.key) == parent, where))
            if not rows and row.values.get("kind") == "two_hop":
                rows = _neighbour(store, parent)
            found += rows
    return found


def _neighbour(store: Store, row_id: str) -> list[Row]:
    """Return the landscape's row of the project whose maturity a question over two hops asks."""
    prefix = row_id.split("-", maxsplit=1)[0]
    keys = store.require("landscape").table("projects")["project"]
    return [
        landscape_row(store, key) for key in keys if stable_id(prefix, "landscape", key) == row_id
    ]


def children(store: Store, rows: Iterable[Row]) -> list[Row]:
    """Return the rows that were made directly from any of these."""
    rows = list(rows)
    found = []
    for prefix, kind in KINDS.items():
        for parent_prefix, column in kind.parents:
            ids = [row.id for row in rows if row.id.split("-", maxsplit=1)[0] == parent_prefix]
            partitions = {row.partition for row in rows}
            # A score may be of another project's item: a control.
            where = [None] if prefix == "scr" or len(partitions) > 1 else partitions
            for partition in where if ids else ():
                found += _rows(store, kind, _made_from(column, ids), partition)
    return found


def _made_from(column: str, ids: list[str]) -> pl.Expr:
    if column.endswith("_ids"):
        return pl.col(column).list.eval(pl.element().is_in(ids)).list.any()
    return pl.col(column).is_in(ids)


def parent_ids(row: Row) -> list[str]:
    """Return the ids of the rows that this one was made from."""
    ids: list[str] = []
    for _, column in row.kind.parents:
        value = row.values[column]
        ids += [value] if isinstance(value, str) else list(value or [])  # type: ignore[call-overload]
    return ids


def landscape_row(store: Store, project: str) -> Row:
    """Return the landscape's row of a project, as the document that its facts cite."""
    version = store.require("landscape")
    values = version.table("projects").filter(pl.col("project") == project).row(0, named=True)
    kind = Kind("landscape entry", ("landscape",), "projects", "project", ())
    return Row(
        stable_id("doc", "landscape", project),
        kind,
        "landscape",
        None,
        {
            "project": project,
            "path": version.facts["source"],
            "revision": f"sha256:{version.facts['source_hash']}",
            "name": values["name"],
        },
    )


def _kind(row_id: str) -> Kind:
    prefix = row_id.split("-", maxsplit=1)[0]
    if prefix not in KINDS:
        known = ", ".join(f"{p}-… ({k.name})" for p, k in KINDS.items())
        raise UnknownIdError(f"{row_id!r} is no id of ours; ids begin with {known}")
    return KINDS[prefix]


def _rows(store: Store, kind: Kind, match: pl.Expr, partition: str | None = None) -> Iterator[Row]:
    for asset in kind.assets:
        keys: list[str | None] = [partition] if partition else [None, *store.partitions(asset)]
        for key in keys:
            version = store.current(asset, key)
            if version is None or f"{kind.table}.parquet" not in version.files:
                continue
            frame = version.scan(kind.table).filter(match)
            for values in frame.collect().iter_rows(named=True):
                yield Row(str(values[kind.key]), kind, asset, key, values)
