"""The table of verdicts, and what ties a verdict to a pair."""

import polars as pl

from cncf_llm.store import Table, stable_id

VERDICTS = Table(
    "verdicts",
    {
        "review_key": (pl.String, "hash of fact, question and answer: what was judged"),
        "fact_id": (pl.String, "the fact"),
        "project": (pl.String, "landscape key"),
        "verdict": (pl.String, "accept, correct or reject"),
        "question": (pl.String, "the question that was judged"),
        "answer": (pl.String, "the answer that was judged"),
        "corrected_question": (pl.String, "the question as it should be, or empty"),
        "corrected_answer": (pl.String, "the answer as it should be, or empty"),
        "note": (pl.String, "what the reviewer added"),
    },
)


def review_key(fact_id: str, question: str, answer: str) -> str:
    """Return the key of a pair's verdict. Spacing does not count: spreadsheets change it."""
    return stable_id("rev", fact_id, " ".join(question.split()), " ".join(answer.split()))
