"""The pairs of a model beside those that need none, before both are curated."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from cncf_llm.questions.words import normalised
from cncf_llm.store import DROPS


@dataclass(frozen=True)
class Joined:
    """PAIRS and FACTS of both kinds of generators, and DROPS of the written pairs left out."""

    pairs: pl.DataFrame
    facts: pl.DataFrame
    drops: pl.DataFrame


def join_written(
    pairs: pl.DataFrame,
    facts: pl.DataFrame,
    written_pairs: pl.DataFrame,
    written_facts: pl.DataFrame,
    passage_ids: Collection[str],
) -> Joined:
    """Return the pairs and facts with those that a model wrote behind them.

    A written pair is left out when a passage that it cites is no longer there (`passage-gone`:
    `passage_ids` are those of the present corpus), or when its question has an answer already
    (`duplicate-question`). With its first wording a fact goes with all others (`fact-gone`).
    """
    held = set(passage_ids)
    asked = {normalised(question) for question in pairs["question"]}
    reasons: dict[str, str] = {}
    for row in written_pairs.select("qa_id", "question", "passage_ids").to_dicts():
        if not held.issuperset(row["passage_ids"]):
            reasons[row["qa_id"]] = "passage-gone"
        elif normalised(row["question"]) in asked:
            reasons[row["qa_id"]] = "duplicate-question"
    first = written_pairs.filter((pl.col("phrasing") == 0) & ~pl.col("qa_id").is_in([*reasons]))
    kept_facts = set(first["fact_id"])
    kept = written_pairs.filter(
        pl.col("fact_id").is_in([*kept_facts]) & ~pl.col("qa_id").is_in([*reasons])
    )
    drops = [
        {
            "project": row["project"],
            "item": row["qa_id"],
            "reason": reasons.get(row["qa_id"]) or "fact-gone",
            "detail": row["question"],
        }
        for row in written_pairs.filter(~pl.col("qa_id").is_in([*kept["qa_id"]])).to_dicts()
    ]
    return Joined(
        pl.concat([pairs, kept]),
        pl.concat([facts, written_facts.filter(pl.col("fact_id").is_in([*kept_facts]))]),
        DROPS.frame(drops),
    )
