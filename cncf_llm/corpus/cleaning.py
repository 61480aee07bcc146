"""Secrets and personal data taken out of all that is kept of a document, before it is hashed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cncf_llm.corpus.parsers import is_damaged
from cncf_llm.corpus.passages import LeftOut, Passage
from cncf_llm.corpus.placeholders import replaced


def cleaned(
    title: str, passages: Sequence[Passage], left_out: Sequence[LeftOut]
) -> tuple[str, list[Passage], list[LeftOut], list[str]]:
    """Return title, passages and left-out parts with placeholders, and the type of each of these.

    A heading above several passages counts once. The blocks of a passage stay as they were: they
    serve to judge it and are not kept.
    """
    found: Counter[str] = Counter()
    paths: dict[tuple[str, ...], tuple[str, ...]] = {}

    def clean(text: str) -> str:
        text, counts = replaced(text)
        if counts:
            found.update(counts)
        return text

    def clean_path(path: tuple[str, ...]) -> tuple[str, ...]:
        if path not in paths:
            paths[path] = tuple(map(clean, path))
        return paths[path]

    clean_title = clean(title)
    clean_passages = [
        replace(passage, heading_path=clean_path(passage.heading_path), text=clean(passage.text))
        for passage in passages
    ]
    clean_left_out = [
        replace(part, heading_path=clean_path(part.heading_path), detail=clean(part.detail))
        for part in left_out
    ]
    return clean_title, clean_passages, clean_left_out, sorted(found.elements())


def damaged_passages(passages: Sequence[Passage]) -> int:
    """Return how many passages have text that was decoded wrongly: see `is_damaged`."""
    return sum(is_damaged(passage.text) for passage in passages)
