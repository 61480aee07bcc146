"""Precision, recall and F1 of a recognizer against sentences that a reader has annotated."""

import json
from pathlib import Path

import polars as pl

from cncf_llm.entities.labels import CONCEPT, LABELS
from cncf_llm.entities.plain import Unit
from cncf_llm.entities.reading import recognize
from cncf_llm.entities.recognizer import Recognizer, load_recognizer
from cncf_llm.entities.tables import SCORES

Marked = tuple[int, int, str]


class AnnotationError(Exception):
    """A line of an annotated file is not as the guidelines say."""


def score_recognizer(folder: Path, annotated: Path) -> pl.DataFrame:
    """Compare the recognizer with an annotated JSON-lines file; return the table `SCORES`.

    A span counts as exact when both offsets and the label agree, as relaxed when the labels agree
    and the spans overlap. The rows `micro` and `micro without CONCEPT` count all spans together.
    Raises `AnnotationError` when a line cannot be read.
    """
    recognizer = load_recognizer(folder)
    gold: list[list[Marked]] = []
    units: list[Unit] = []
    for number, line in enumerate(annotated.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            gold.append([(e["start"], e["end"], e["label"]) for e in row["entities"]])
            units.append(Unit("paragraph", row["text"], ((0, 0),)))
        except (ValueError, KeyError, TypeError) as error:
            raise AnnotationError(f"{annotated}, line {number}: {error!r}") from error
    return score_spans(gold, predict(recognizer, units))


def predict(recognizer: Recognizer, units: list[Unit]) -> list[list[Marked]]:
    """Return the spans found in each unit."""
    found = recognize(recognizer, [(unit, None) for unit in units])
    return [[(s.start, s.end, s.label) for s in one.spans] for one in found]


def score_spans(gold: list[list[Marked]], found: list[list[Marked]]) -> pl.DataFrame:
    """Count agreement, per label and together. Both lists hold one list of spans a text."""
    rows = []
    groups = {label: [label] for label in LABELS}
    groups["micro"] = list(LABELS)
    groups["micro without CONCEPT"] = [label for label in LABELS if label != CONCEPT]
    for name, labels in groups.items():
        right = [[m for m in marks if m[2] in labels] for marks in gold]
        ours = [[m for m in marks if m[2] in labels] for marks in found]
        support = sum(map(len, right))
        given = sum(map(len, ours))
        exact = sum(len(set(a) & set(b)) for a, b in zip(right, ours, strict=True))
        met = sum(any(_meet(m, o) for o in b) for a, b in zip(right, ours, strict=True) for m in a)
        good = sum(any(_meet(m, o) for o in a) for a, b in zip(right, ours, strict=True) for m in b)
        for match, hits, hits_given in (("exact", exact, exact), ("relaxed", met, good)):
            precision = hits_given / given if given else None
            recall = hits / support if support else None
            rows.append(
                {
                    "label": name,
                    "match": match,
                    "precision": precision,
                    "recall": recall,
                    "f1": _f1(precision, recall),
                    "annotated": support,
                    "found": given,
                }
            )
    return SCORES.frame(rows)


def _meet(a: Marked, b: Marked) -> bool:
    return a[2] == b[2] and a[0] < b[1] and b[0] < a[1]


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
