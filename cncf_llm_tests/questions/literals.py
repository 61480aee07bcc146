"""Literal rows and sections for the tests of this folder."""

import polars as pl

from cncf_llm.questions.section import Section
from cncf_llm.questions.split import split_of
from cncf_llm.store import content_hash, stable_id

PROJECT = {
    "project": "prometheus",
    "name": "Prometheus",
    "aliases": ["prom"],
    "category": "Observability and Analysis",
    "subcategory": "Observability",
    "maturity": "graduated",
    "accepted": "2016-05-09",
    "incubating": "2016-05-09",
    "graduated": "2018-08-09",
    "archived": None,
    "repositories": ["https://github.com/prometheus/prometheus"],
    "homepage": "https://prometheus.io/",
    "use_case": "metrics-based monitoring and alerting",
    "content_hash": "f" * 64,
}

NODES = pl.DataFrame(
    schema={
        "entity_id": pl.String,
        "label": pl.String,
        "name": pl.String,
        "project_key": pl.String,
        "mentions": pl.Int64,
        "passage_ids": pl.List(pl.String),
    }
)
EDGES = pl.DataFrame(
    schema={
        "edge_id": pl.String,
        "type": pl.String,
        "head": pl.String,
        "head_name": pl.String,
        "tail": pl.String,
        "tail_name": pl.String,
        "count": pl.Int64,
        "confidence": pl.Float64,
        "sentence": pl.String,
        "passage_ids": pl.List(pl.String),
    }
)


def section(text: str, *headings: str, **changes: object) -> Section:
    """Return a section of the page "Guide" with this text under these headings."""
    fields: dict = {
        "passage_id": "psg-1",
        "document_id": "doc-1",
        "title": "Guide",
        "heading_path": headings,
        "text": text.strip("\n"),
        "path": "docs/guide.md",
        "whole": True,
        "names": {},
        "version": None,
        "part": None,
    }
    return Section(**(fields | changes))


def passage(text: str, *headings: str, path: str = "docs/guide.md", **changes: object) -> dict:
    """Return a row of PASSAGES."""
    document_id = stable_id("doc", "repository", "prometheus/prometheus", path)
    row = {
        "passage_id": stable_id("psg", document_id, *headings),
        "document_id": document_id,
        "project": "prometheus",
        "position": 0,
        "title": "Guide",
        "heading_path": list(headings),
        "text": text.strip("\n"),
        "tokens": len(text.split()),
        "content_hash": content_hash(repr(headings) + text),
        "source": "repository",
        "repository": "prometheus/prometheus",
        "path": path,
        "revision": "0123abc",
        "url": f"https://github.com/prometheus/prometheus/blob/0123abc/{path}",
        "licence": "Apache-2.0",
        "attribution": None,
    }
    return row | changes


def path_in(split: str, number: int = 0) -> str:
    """Return the path of a document that falls into a split."""
    found = 0
    for candidate in range(10_000):
        path = f"docs/{candidate}.md"
        if split_of(stable_id("doc", "repository", "prometheus/prometheus", path)) == split:
            if found == number:
                return path
            found += 1
    raise AssertionError(split)


def frame(*rows: dict) -> pl.DataFrame:
    """Return rows of PASSAGES as a frame."""
    overrides = {"heading_path": pl.List(pl.String), "attribution": pl.String}
    return pl.DataFrame(list(rows), schema_overrides=overrides)
