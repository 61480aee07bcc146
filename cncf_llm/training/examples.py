"""Question-answer pairs as the trainer reads them."""

from typing import Any

import polars as pl

from cncf_llm.store import content_hash
from cncf_llm.training.chat import encode, end_of_answer


def chat_examples(tokenizer: Any, pairs: pl.DataFrame, limit: int) -> tuple[Any, int]:
    """Return the pairs as token ids with a mask over the answer, and how many had to be cut.

    The data set is None when there are no pairs: TRL takes that for "no evaluation".
    """
    from datasets import Dataset

    end = end_of_answer(tokenizer)
    encoded = [
        encode(tokenizer, question, answer, end, limit)
        for question, answer in pairs.select("question", "answer").iter_rows()
    ]
    if not encoded:
        return None, 0
    rows = {
        "input_ids": [e.prompt + e.answer + e.end for e in encoded],
        "completion_mask": [
            [0] * len(e.prompt) + [1] * (len(e.answer) + len(e.end)) for e in encoded
        ],
    }
    return Dataset.from_dict(rows), sum(e.cut for e in encoded)


def sample(pairs: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return `count` pairs chosen by their hash: the same ones for as long as they exist."""
    if pairs.is_empty():
        return pairs
    hashes = [content_hash(f"{q}\0{a}") for q, a in pairs.select("question", "answer").iter_rows()]
    return pairs.with_columns(pl.Series("_hash", hashes)).sort("_hash").head(count).drop("_hash")
