"""No kind of question and no project may drown the others.

Each rule reads the pairs of one project alone, so that an edit of one project moves no other's
data: a limit on a project is a number, and not a multiple of what other projects have.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from cncf_llm.store import content_hash

SPARED = 500  # pairs of a kind: what is few stays whole


@dataclass(frozen=True)
class Limits:
    """How large a kind's share of a project may be, and how many pairs a project may have."""

    kind_share: float = 0.4
    project_pairs: int = 10_000


def surplus(pairs: pl.DataFrame, asked: Collection[str], limits: Limits) -> list[str]:
    """Return the ids of the pairs that are too many, all phrasings of a fact together.

    Facts in `asked`, those that the benchmark wants recalled, stay first; then the hash of the
    fact's id decides, so a fact stays when others come and go.
    """
    sizes = Counter(pairs["fact_id"])
    kinds = dict(pairs.select("fact_id", "kind").iter_rows())
    ranked = sorted(sizes, key=lambda fact_id: (fact_id not in asked, content_hash(fact_id)))
    most = _most_of_kind(Counter(pairs["kind"]), limits.kind_share)
    taken: Counter[str] = Counter()
    kept: set[str] = set()
    for fact_id in ranked:
        kind, size = kinds[fact_id], sizes[fact_id]
        if taken[kind] + size > most and fact_id not in asked:
            continue
        if taken.total() + size > limits.project_pairs:
            continue
        taken[kind] += size
        kept.add(fact_id)
    return pairs.filter(~pl.col("fact_id").is_in(kept))["qa_id"].to_list()


def _most_of_kind(counts: Counter[str], share: float) -> int:
    """Return the largest number that is `share` of the total when every kind is cut to it.

    `SPARED` where that is less, and where so few kinds are there that each must exceed the share.
    """
    sizes = sorted(counts.values(), reverse=True)
    for cut, largest in enumerate(sizes):
        # The `cut` largest kinds are cut to `most`: most = share * (cut * most + the rest).
        rest = sum(sizes[cut:])
        if cut * share >= 1:
            break
        most = int(share * rest / (1 - cut * share))
        if largest <= most:
            return max(most, SPARED)
    return SPARED
