"""A marked span of a unit's text, and which one wins where several overlap."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Method = Literal["gazetteer", "pattern", "statistical", "model"]


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a unit's text, their label, and the entity's own name."""

    start: int
    end: int
    label: str
    name: str
    method: Method


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """Keep the best of overlapping spans, in text order.

    A chosen model wins over the rules, and they over the trained component, which only adds what is
    in no list. Among rules the longest wins, and of equally long ones the one that comes first.
    """
    ranked = sorted(
        enumerate(spans),
        key=lambda item: (
            _RANK[item[1].method],
            item[1].start - item[1].end,
            item[0],
        ),
    )
    starts: list[int] = []
    kept: list[Span] = []
    for _, span in ranked:
        at = bisect_right(starts, span.start)
        if (at == 0 or kept[at - 1].end <= span.start) and (
            at == len(kept) or span.end <= kept[at].start
        ):
            starts.insert(at, span.start)
            kept.insert(at, span)
    return kept


_RANK: Mapping[Method, int] = {"model": 0, "gazetteer": 1, "pattern": 1, "statistical": 2}
