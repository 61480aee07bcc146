"""A marked span of a unit's text, and which one wins where several overlap."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Method = Literal["gazetteer", "pattern", "statistical"]


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

    Rules win over the statistical component, which only adds what is in no list. Among rules the
    longest wins, and of equally long ones the one that comes first.
    """
    ranked = sorted(
        enumerate(spans),
        key=lambda item: (
            item[1].method == "statistical",
            item[1].start - item[1].end,
            item[0],
        ),
    )
    kept: list[Span] = []
    for _, span in ranked:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
