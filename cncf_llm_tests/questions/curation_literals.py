"""Literal pairs for the tests of curation and review."""

import polars as pl

from cncf_llm.questions.curation import CURATED
from cncf_llm.questions.tables import FACTS, PAIRS

TEXT = "Starling caches images. The flag `--limit` sets the size of its cache, 20 GiB by default."
GOOD = "What does the `--limit` flag of Starling do?"


def pair(qa_id: str, question: str = GOOD, answer: str = "It sets the size of its cache.", **more):
    """Return a row of PAIRS; `fact_id` is the id's own unless given."""
    row = {
        "qa_id": qa_id,
        "fact_id": more.get("fact_id", f"fct-{qa_id}"),
        "project": "starling",
        "kind": "setting",
        "subject": "--limit",
        "phrasing": 0,
        "question": question,
        "answer": answer,
        "passage_ids": ["psg-1"],
        "document_ids": ["doc-1"],
        "split": "train",
        "generator": "template/setting",
        "licence": "Apache-2.0",
        "attribution": None,
        "url": "https://example.org/limit",
        "repository": "starling/starling",
        "path": "docs/limit.md",
        "revision": "0123abc",
    }
    return row | more


def pairs(*rows) -> pl.DataFrame:
    return PAIRS.frame(rows)


def curated(*rows) -> pl.DataFrame:
    return CURATED.frame({"support": 1.0, "support_tier": "lexical", **row} for row in rows)


def facts(*rows) -> pl.DataFrame:
    """Return the FACTS of some pairs."""
    found = {}
    for row in rows:
        shared = {name: row[name] for name in FACTS.schema.names() if name in row}
        found[row["fact_id"]] = shared | {"held_out": [], "content_hash": "0"}
    return FACTS.frame(found.values())
