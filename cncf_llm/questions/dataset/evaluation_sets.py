"""Evaluation sets of others: what a model trained on our data may be measured with."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from cncf_llm.questions.dataset.records import read_records, text_column
from cncf_llm.store import Table

# As much of ITEMS as decontamination reads.
EVALUATION = Table(
    "evaluation",
    {
        "item_id": (pl.String, "file and row"),
        "set": (pl.String, "evaluation"),
        "subject": (pl.String, "empty"),
        "question": (pl.String, "the question"),
        "answer": (pl.String, "the right answer; empty where the file has none"),
    },
)


def read_evaluation_sets(paths: Iterable[Path]) -> pl.DataFrame:
    """Return the rows of all files: each has a column `question`, and may have `answer`.

    Raises `RecordsError` when a file cannot be read or has no questions.
    """
    found = []
    for path in paths:
        rows = read_records(path)
        questions = text_column(rows, "question", path)
        known = "answer" in rows.columns and rows["answer"].dtype == pl.String
        answers = text_column(rows, "answer", path) if known else [""] * len(questions)
        found += [
            {
                "item_id": f"{path.name}:{number}",
                "set": "evaluation",
                "subject": "",
                "question": question,
                "answer": answer,
            }
            for number, (question, answer) in enumerate(
                zip(questions, answers, strict=True), start=1
            )
            if question.strip()
        ]
    return EVALUATION.frame(found)
