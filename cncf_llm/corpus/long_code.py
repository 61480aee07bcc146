"""A code block that is too long for one passage, divided where a reader would divide it."""

import re
from collections.abc import Callable

MOST_WORDS = 600  # of a part, where the code has places to divide it
MOST_CHARACTERS = 10_000

_DOCUMENT = re.compile(r"^(?:---|\.\.\.)(?:\s|$)")


def code_parts(text: str) -> list[str]:
    """Return the parts of a long code text, in order; together they have all its lines.

    It is divided at YAML's document marks and before lines that stand at its left edge after an
    empty line; a part still too long at any empty line, then before the least indented lines. No
    line is ever cut: one that is too long stays, for the caller to refuse.
    """
    parts = [text]
    for starts in (_starts_document, _starts_section, _follows_gap, _is_at_edge):
        parts = [piece for part in parts for piece in _divided(part, starts)]
    return [part.strip("\n") for part in parts if part.strip()]


def _divided(text: str, starts: Callable[[str, str, int], bool]) -> list[str]:
    if _fits(text):
        return [text]
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    edge = min((_indent(line) for line in filled), default=0)
    groups: list[list[str]] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if groups and not starts(before, line, edge):
            groups[-1].append(line)
        else:
            groups.append([line])
    packed: list[str] = []
    for group in map("\n".join, groups):
        if packed and _fits(joined := f"{packed[-1]}\n{group}"):
            packed[-1] = joined
        else:
            packed.append(group)
    return packed


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and len(text.split()) <= MOST_WORDS


def _starts_document(before: str, line: str, edge: int) -> bool:
    return _DOCUMENT.match(line) is not None


def _starts_section(before: str, line: str, edge: int) -> bool:
    return not before.strip() and bool(line.strip()) and _indent(line) == edge


def _follows_gap(before: str, line: str, edge: int) -> bool:
    return not before.strip() and bool(line.strip())


def _is_at_edge(before: str, line: str, edge: int) -> bool:
    closes = line.lstrip()[:1] in ("}", ")", "]", "#")
    return bool(line.strip()) and _indent(line) == edge and not closes


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
