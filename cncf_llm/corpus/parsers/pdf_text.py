"""The lines of PDF pages as blocks: running heads, page numbers and hyphenation removed."""

import re
from collections import Counter
from itertools import pairwise
from statistics import median

from cncf_llm.corpus.parsers.blocks import Block, Code, Heading, ListBlock, Paragraph, one_line
from cncf_llm.corpus.parsers.pdf_columns import Line
from cncf_llm.corpus.parsers.pdf_headings import (
    BULLET,
    NOTE,
    NUMBERED_HEADING,
    SENTENCE_END,
    body_height,
    heading_levels,
    key_of,
)

_NUMBER_ONLY = re.compile(
    r"^\W*(?:page\s+)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:/|of)\s*\d{1,4})?\W*$", re.I
)
_DOTTED = re.compile(r"(?:\.\s?){4,}\s*\d*\s*$")  # a line of a table of contents
_ENTRY = re.compile(r"^(?P<title>.*\D)\s+\d{1,3}$")  # the same without dots
_CAPTION = re.compile(r"^(?:Figure|Fig\.|Table)\s+\d{1,3}[:.]\s")
_CONTENTS = re.compile(r"^(?:table of )?contents$", re.I)
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})
_TITLE_PAGE = 12  # blocks among which the title is
_SMALLER = 0.93  # a footnote's height


def blocks_of_pages(pages: list[list[Line]], outline: list[list]) -> tuple[str, list[Block]]:
    """Return (title, blocks) of pages of lines in reading order.

    A line that equals a bookmark of the `outline` ([level, title] each) is a heading, and so is a
    short one that is larger than the running text, bold with space above it, or that begins with a
    number such as 2.1. Lines in a font of fixed width are code.
    """
    bookmarks = {key_of(title): level for level, title in outline}
    lines = _body(pages, bookmarks)
    if not lines:
        return "", []
    body = body_height(lines)
    levels = heading_levels(lines, bookmarks, body)
    gap = _typical_gap(lines)
    typical = _typical_length(lines)
    blocks: list[Block] = []
    paragraph: list[str] = []
    items: list[str] = []
    code: list[Line] = []
    notes: list[str] = []  # they wait for the end of the section: a sentence may go on below them
    caption: Line | None = None
    last: Line | None = None
    last_level = None

    def close() -> None:
        if code:
            blocks.append(_code(code))
        elif items:
            blocks.append(ListBlock(tuple((Paragraph(_joined([item])),) for item in items)))
        elif text := _joined(paragraph):
            blocks.append(Paragraph(text))
        code.clear()
        items.clear()
        paragraph.clear()

    for line, level in zip(lines, levels, strict=True):
        if not level and (
            _CAPTION.match(line.text) or (caption and not _parts(caption, line, gap))
        ):
            if _CAPTION.match(line.text):
                notes.append(line.text)
            else:
                notes[-1] += f"\n{line.text}"
            caption = line
            continue
        if not level and not line.fixed and line.height < _SMALLER * body:
            if NOTE.match(line.text):
                notes.append(line.text)
                continue
            if notes:
                notes[-1] += "\n" + line.text
                continue
        if line.fixed and not level:
            if not code:
                close()
            code.append(line)
            last, last_level = line, None
            continue
        between = caption is not None  # a figure stood here: a sentence may go on below it
        caption = None
        if code or (last and _parts(last, line, gap) and not (between and _goes_on(last))):
            close()
        if level:
            close()
            blocks.extend(Paragraph(_joined([note])) for note in notes)
            notes.clear()
            text = one_line(line.text)
            before = blocks[-1] if blocks else None
            # The second line of a heading: as tall, and right below the first.
            if (
                isinstance(before, Heading)
                and last_level == level
                and last
                and (
                    0 <= line.top - last.top < 2.2 * line.height
                    and not NUMBERED_HEADING.match(text)
                )
                and key_of(before.text) not in bookmarks
            ):
                blocks[-1] = Heading(level, f"{before.text} {text}")
            else:
                blocks.append(Heading(level, text))
        elif found := BULLET.match(line.text):
            if paragraph:
                close()
            items.append(line.text[found.end() :])
        elif items:
            items[-1] += "\n" + line.text
        else:
            paragraph.append(line.text)
            if SENTENCE_END.search(line.text) and len(line.text) < typical * 0.9:
                close()
        last, last_level = line, level
    close()
    blocks.extend(Paragraph(_joined([note])) for note in notes)
    return _title(blocks), blocks


def _title(blocks: list[Block]) -> str:
    """Return the highest of the first headings."""
    first = [block for block in blocks[:_TITLE_PAGE] if isinstance(block, Heading)]
    first = first or [block for block in blocks if isinstance(block, Heading)][:1]
    return min(first, key=lambda heading: heading.level).text if first else ""


def _body(pages: list[list[Line]], bookmarks: dict[str, int]) -> list[Line]:
    """Return the lines of all pages without running heads, page numbers, tables of contents."""
    pages = [[_cleaned(line) for line in page] for page in pages]
    places = Counter(key for page in pages for key in {_place(line) for line in _edges(page)})
    common = {key for key, count in places.items() if count >= max(3, len(pages) * 0.4)}
    lines: list[Line] = []
    for page in pages:
        edges = set(_edges(page))
        contents = any(_CONTENTS.match(line.text) for line in page)
        for line in page:
            entry = _ENTRY.match(line.text)
            listed = entry and (contents or key_of(entry["title"]) in bookmarks)
            numbers = _NUMBER_ONLY.match(line.text) and not line.fixed
            if not (
                (line in edges and _place(line) in common)
                or numbers
                or _DOTTED.search(line.text)
                or listed
            ) and not _CONTENTS.match(line.text):
                lines.append(line)
    return [line for line in lines if line.text.strip()]


def _edges(page: list[Line]) -> list[Line]:
    ordered = sorted(page, key=lambda line: line.top)
    return [*ordered[:3], *ordered[-4:]]


def _cleaned(line: Line) -> Line:
    text = "".join(
        character
        for character in line.text.translate(_LIGATURES)
        if character >= " " and character not in "\ufffd\ufffe\u200b\u00ad"
    )
    return Line(text.strip(), line.left, line.top, line.right, line.bottom, line.fixed, line.bold)


def _place(line: Line) -> tuple[str, int]:
    """Return what lines that pages have in common share: their text, and where it stands."""
    return re.sub(r"\d+", "0", line.text.lower()), round(line.top / 12)


def _typical_gap(lines: list[Line]) -> float:
    """Return the space between the tops of two lines of a paragraph, in their heights."""
    gaps = [
        (second.top - first.top) / max(first.height, 1)
        for first, second in pairwise(lines)
        if 0 < second.top - first.top < 2.5 * first.height
    ]
    return median(gaps) if gaps else 1.3


def _typical_length(lines: list[Line]) -> int:
    lengths = sorted(len(line.text) for line in lines)
    return lengths[len(lengths) * 3 // 4]


def _goes_on(line: Line) -> bool:
    return not SENTENCE_END.search(line.text)


def _parts(last: Line, line: Line, gap: float) -> bool:
    """Return whether the space between two lines ends a paragraph."""
    down = (line.top - last.top) / max(last.height, 1)
    if down < 0:  # the next column or page: a sentence may go on there
        return not _goes_on(last)
    return down > gap + 0.45


def _code(lines: list[Line]) -> Code:
    """Return lines of fixed width with their indentation and empty lines."""
    left = min(line.left for line in lines)
    width = median((line.right - line.left) / max(len(line.text), 1) for line in lines)
    shown: list[str] = []
    for number, line in enumerate(lines):
        if number and line.top - lines[number - 1].top > 1.9 * line.height:
            shown.append("")
        shown.append(" " * min(round((line.left - left) / max(width, 1)), 60) + line.text)
    return Code("", "\n".join(shown).strip("\n"))


def _joined(lines: list[str]) -> str:
    """Return lines as one; a word that the line's end divides is put together again."""
    text = "\n".join(lines)
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    return one_line(text)
