"""Which pairs a person is asked about."""

from collections import defaultdict
from itertools import zip_longest

import polars as pl

from cncf_llm.store import content_hash


def draw(pairs: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """Return a sample of pairs, one of a fact at most, the kinds in turn.

    `seed` and each pair's id decide, so a sample stays the same while its pairs exist.
    """
    ranked = sorted(
        pairs.select("qa_id", "fact_id", "kind").iter_rows(),
        key=lambda row: content_hash(f"{seed} {row[0]}"),
    )
    by_kind: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for qa_id, fact_id, kind in ranked:
        if fact_id not in seen:
            seen.add(fact_id)
            by_kind[kind].append(qa_id)
    turns = zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
    chosen = [qa_id for turn in turns for qa_id in turn if qa_id is not None][:count]
    order = pl.DataFrame({"qa_id": chosen}, schema={"qa_id": pl.String})
    return order.join(pairs, on="qa_id", how="left", maintain_order="left")
