"""Which lines of a PDF are headings: bookmarks, numbered, larger or bold ones."""

import re
from collections import Counter

from cncf_llm.corpus.parsers.pdf_columns import Line

BULLET = re.compile(r"^\s*(?:[•●○▪■◦‣∙➢✓❖\uf0b7\uf0a7\uf0d8]\s*|[o·–*-]\s+)(?=\S)")
SENTENCE_END = re.compile(r"[.!?:;][\"')\]”’]?$")
NUMBERED_HEADING = re.compile(r"^\d{1,2}((?:\.\d{1,2}){1,3})\.?\s+[A-Z][^.!?]{2,70}$")
NOTE = re.compile(r"^(?:\d{1,3}|\*|†)\s+\S")
_LARGER = 1.12  # a heading's height, in that of the running text
_HEADING_WORDS = 14


def body_height(lines: list[Line]) -> int:
    """Return the height of the lines that hold the most text."""
    heights = Counter()
    for line in lines:
        heights[round(line.height)] += len(line.text)
    return heights.most_common(1)[0][0]


def heading_levels(lines: list[Line], bookmarks: dict[str, int], body: int) -> list[int | None]:
    """Return for each line its level as a heading, or None. `bookmarks` has levels by `key_of`."""
    sizes = sorted({round(line.height) for line in lines if _is_large(line, body)}, reverse=True)[
        :4
    ]
    levels: list[int | None] = []
    for number, line in enumerate(lines):
        level = None if line.text.endswith((".", ",")) else bookmarks.get(key_of(line.text))
        if level is None and (found := NUMBERED_HEADING.match(line.text)) and not line.fixed:
            level = 1 + found[1].count(".")
        if level is None and _is_large(line, body) and round(line.height) in sizes:
            level = 1 + sizes.index(round(line.height))
            if line.text[0].islower() and (not levels or levels[-1] != level):
                level = None  # a small letter may go on with a heading, not begin one
        if level is None and number and _is_bold_alone(lines, number):
            level = min(len(sizes) + 1, 6)
        levels.append(level)
    return levels


def _is_large(line: Line, body: float) -> bool:
    words = line.text.split()
    return (
        line.height >= _LARGER * body
        and not line.fixed
        and len(words) <= _HEADING_WORDS
        and sum(character.isalpha() for character in line.text) >= 3
        and not line.text.endswith((".", ",", ";", ":"))
        and not BULLET.match(line.text)
        and "://" not in line.text
    )


def _is_bold_alone(lines: list[Line], number: int) -> bool:
    """Return whether a bold line stands between lines that are not, with space above it."""
    line, before = lines[number], lines[number - 1]
    after = lines[number + 1] if number + 1 < len(lines) else None
    return (
        line.bold
        and not line.fixed
        and 1 <= len(line.text.split()) <= 10
        and line.text[:1].isupper()
        and "   " not in line.text
        and not line.text.endswith((".", ",", ";", ":"))
        and not before.bold
        and (SENTENCE_END.search(before.text) or line.top - before.top > 1.5 * line.height)
        and after is not None
        and not after.bold
        and line.left <= after.left + 2
        and line.top < after.top
        and not NOTE.match(line.text)
    )


def key_of(text: str) -> str:
    """Return a line's letters and digits alone, for comparison."""
    return re.sub(r"\W+", "", text).lower()
