"""Verdicts applied to pairs: rejected ones drop, corrected ones carry the correction."""

from dataclasses import dataclass, field

import polars as pl

from cncf_llm.questions.review.tables import review_key
from cncf_llm.store import DROPS


@dataclass
class Reviewed:
    """Pairs after review. `trusted` are the ids of those that a person accepted or corrected.

    `waiting` counts verdicts whose pair is not there (any more, or in these words).
    """

    pairs: pl.DataFrame
    drops: pl.DataFrame
    trusted: set[str] = field(default_factory=set)
    waiting: int = 0


def apply(pairs: pl.DataFrame, verdicts: pl.DataFrame) -> Reviewed:
    """Apply VERDICTS to pairs with the columns of PAIRS, and `support` and `support_tier`.

    A verdict holds for exactly the question and answer that were judged. What it says of the
    answer holds for the other phrasings of the fact, too, as long as they have that answer and no
    verdict of their own: a rejection drops them, a corrected answer replaces theirs.
    """
    own = {row["review_key"]: row for row in verdicts.sort("review_key").to_dicts()}
    of_answer: dict[str, dict[str, str]] = {}
    for row in own.values():
        key = review_key(row["fact_id"], "", row["answer"])
        before = of_answer.get(key)
        if row["verdict"] == "reject" or (not before and row["corrected_answer"]):
            of_answer[key] = row
    kept, drops, trusted, found = [], [], set(), set()
    for pair in pairs.to_dicts():
        key = review_key(pair["fact_id"], pair["question"], pair["answer"])
        verdict = own.get(key)
        found.add(key)
        shared = of_answer.get(review_key(pair["fact_id"], "", pair["answer"]))
        if (verdict or shared or {}).get("verdict") == "reject":
            detail = pair["question"] if verdict else f"{pair['question']}: by another phrasing"
            drops.append(
                {
                    "project": pair["project"],
                    "item": pair["qa_id"],
                    "reason": "rejected-in-review",
                    "detail": detail,
                }
            )
            continue
        corrected = (verdict and verdict["corrected_answer"]) or (
            shared and shared["corrected_answer"]
        )
        if verdict or corrected:
            trusted.add(pair["qa_id"])
        if corrected or (verdict and verdict["corrected_question"]):
            pair["question"] = (verdict and verdict["corrected_question"]) or pair["question"]
            pair["answer"] = corrected or pair["answer"]
            pair |= {
                "generator": f"{pair['generator']}+review",
                "support": None,
                "support_tier": "review",
            }
        kept.append(pair)
    return Reviewed(
        pairs=pl.DataFrame(kept, schema=pairs.schema),
        drops=DROPS.frame(drops),
        trusted=trusted,
        waiting=sum(key not in found for key in own),
    )
