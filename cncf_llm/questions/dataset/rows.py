"""The rows of the data set: a pair as chat messages, as prompt and completion, and plain."""

import polars as pl

from cncf_llm.store import Table

SPLITS = ("train", "validation", "test")

ROWS = Table(
    "qa_dataset",
    {
        "qa_id": (pl.String, "stable id of the pair"),
        "fact_id": (pl.String, "stable id of the fact: its pairs differ in phrasing alone"),
        "project": (pl.String, "landscape key, or the name of an external set"),
        "kind": (pl.String, "kind of the question, such as setting; external for those of others"),
        "subject": (pl.String, "what the question is about; empty for those of others"),
        "question": (pl.String, "question"),
        "answer": (pl.String, "answer, as Markdown"),
        "messages": (
            pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
            "the pair as a chat: user, then assistant",
        ),
        "prompt": (pl.String, "the question, under the name that trainers expect"),
        "completion": (pl.String, "the answer, under the name that trainers expect"),
        "generator": (pl.String, "what made it: template/…, model/…, external/…; +review"),
        "support": (pl.Float64, "support of the answer's weakest sentence, 0..1; null: unknown"),
        "support_tier": (pl.String, "what decided it: lexical, nli, judge, review or none"),
        "passage_ids": (pl.List(pl.String), "passages that support the answer"),
        "document_ids": (pl.List(pl.String), "documents of those passages"),
        "licence": (pl.String, "SPDX expression of the sources"),
        "attribution": (pl.String, "whom the licence wants named; null where it names nobody"),
        "url": (pl.String, "permalink of the first source"),
        "repository": (pl.String, "where the first source comes from"),
        "path": (pl.String, "path of its document"),
        "revision": (pl.String, "commit or content hash at which it was read"),
    },
)


def rows_of(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return CURATED pairs as ROWS."""
    chat = [
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        for question, answer in pairs.select("question", "answer").rows()
    ]
    return pairs.with_columns(
        pl.Series("messages", chat, dtype=ROWS.schema["messages"]),
        prompt=pl.col("question"),
        completion=pl.col("answer"),
    ).select(ROWS.schema.names())
