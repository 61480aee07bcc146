"""Tables of the questions stage."""

import polars as pl

from cncf_llm.store import DROPS, Table

VERSION = "4"  # raise it when the stage gives other output for the same input

_SOURCE = {
    "licence": (pl.String, "SPDX expression of the sources, joined by AND where they differ"),
    "attribution": (pl.String, "whom the licence wants named; null where it names nobody"),
    "url": (pl.String, "permalink of the first supporting passage, null where there is none"),
    "repository": (pl.String, "where that passage comes from: owner/name, or a host"),
    "path": (pl.String, "path of its document in there"),
    "revision": (pl.String, "commit or content hash at which it was read"),
}

DRAFTS = Table(
    "drafts",
    {
        "passage_id": (pl.String, "passage that states the fact"),
        "kind": (pl.String, "generator that found it"),
        "subject": (pl.String, "what the fact is about"),
        "answer": (pl.String, "the fact, as Markdown"),
        "questions": (pl.List(pl.String), "training phrasings, in the generator's order"),
        "held_out": (pl.List(pl.String), "phrasings that only the benchmark uses"),
        "version": (pl.String, "version of the project that the document is about, or empty"),
        "also": (pl.List(pl.String), "further passages that the fact needs"),
    },
)

FACTS = Table(
    "facts",
    {
        "fact_id": (pl.String, "hash of kind, project and subject"),
        "project": (pl.String, "landscape key"),
        "kind": (pl.String, "what made it: the name of a generator, such as setting"),
        "subject": (pl.String, "what the fact is about, unique within kind and project"),
        "answer": (pl.String, "the fact, as Markdown, verbatim or nearly so"),
        "held_out": (pl.List(pl.String), "questions that no pair asks, for the benchmark"),
        "passage_ids": (pl.List(pl.String), "passages that state it"),
        "document_ids": (pl.List(pl.String), "documents of those passages"),
        "split": (pl.String, "train, validation or test: the split of all its documents"),
        **_SOURCE,
        "content_hash": (pl.String, "hash of answer and phrasings"),
    },
)

PAIRS = Table(
    "pairs",
    {
        "qa_id": (pl.String, "hash of fact and phrasing"),
        "fact_id": (pl.String, "the fact that answers it"),
        "project": (pl.String, "landscape key"),
        "kind": (pl.String, "kind of the fact"),
        "subject": (pl.String, "subject of the fact"),
        "phrasing": (pl.Int64, "number of the training phrasing, from 0"),
        "question": (pl.String, "stands alone: it names the project"),
        "answer": (pl.String, "answer of the fact"),
        "passage_ids": (pl.List(pl.String), "passages that support it"),
        "document_ids": (pl.List(pl.String), "documents of those passages"),
        "split": (pl.String, "train, validation or test"),
        "generator": (pl.String, "what made it, such as template/definition"),
        **_SOURCE,
    },
)

PASSAGE_DROPS = Table(
    "passage_drops",
    {"passage_id": (pl.String, "passage in which it was found"), **DROPS.columns},
)
