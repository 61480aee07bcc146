"""The table of benchmark items."""

import polars as pl

from cncf_llm.store import Table

ITEMS = Table(
    "items",
    {
        "item_id": (pl.String, "hash of set, fact and question"),
        "project": (pl.String, "landscape key"),
        "set": (pl.String, "recall: training documents state it; unseen: no training pair does"),
        "kind": (pl.String, "kind of the fact"),
        "fact_id": (pl.String, "the fact that is asked for"),
        "subject": (pl.String, "what the fact is about"),
        "question": (pl.String, "in a phrasing that no training pair has"),
        "answer": (pl.String, "the right answer"),
        "distractors": (pl.List(pl.String), "three wrong answers, for multiple choice"),
        "passage_ids": (pl.List(pl.String), "passages that state the answer"),
        "document_ids": (pl.List(pl.String), "documents of those passages"),
        "url": (pl.String, "permalink of the first passage, null where there is none"),
        "repository": (pl.String, "where that passage comes from"),
        "path": (pl.String, "path of its document"),
        "revision": (pl.String, "commit or content hash at which it was read"),
    },
)
