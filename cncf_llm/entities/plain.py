"""A passage's Markdown as units of plain text that remember where each character came from.

The recognizer reads plain text, as a person reads a rendered page: no back-ticks, no asterisks, no
link targets. Every span it finds is mapped back to offsets into the passage.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "item", "cell", "code"]


@dataclass(frozen=True)
class Unit:
    """A paragraph, list item, table cell or fenced code block.

    `text` is plain. `code` and `stressed` are the spans of `text` that the passage sets in
    back-ticks, and in asterisks or underscores. `header` is the column's heading where the unit is
    a table cell, else "". `language` is that of fenced code, else "".
    """

    kind: Kind
    text: str
    pieces: tuple[tuple[int, int], ...]  # (offset in text, offset in the passage), ascending
    code: tuple[tuple[int, int], ...] = ()
    stressed: tuple[tuple[int, int], ...] = ()
    header: str = ""
    language: str = ""

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of `text` to the passage."""
        return self._source(start), self._source(end - 1) + 1

    def plain(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the passage that `source` gave back to `text`."""
        return self._plain(start), self._plain(end - 1) + 1

    def _plain(self, offset: int) -> int:
        at, source = max(piece for piece in self.pieces if piece[1] <= offset)
        return at + offset - source

    def _source(self, offset: int) -> int:
        at, source = self.pieces[bisect_right(self.pieces, (offset, 1 << 62)) - 1]
        return source + offset - at


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([\w+-]*)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")

# The named groups code, link, strong, em and escaped stay; the rest of a match goes.
_MARKUP = re.compile(
    r"^[ \t]*>[ \t]?"
    r"|(?P<ticks>`{1,2})(?P<code>[^`\n]+)(?P=ticks)"
    r"|!?\[(?P<link>[^\[\]\n]*)\](?:\([^()\s]*(?:\([^()]*\))?[^()]*\)|\[[^\[\]\n]*\])"
    r"|(?<![\w*])(?P<star>\*{1,3})(?=\S)(?P<strong>[^*\n]+)(?<=\S)(?P=star)(?!\w)"
    r"|(?<!\w)(?P<low>_{1,2})(?=\S)(?P<em>[^_\n]+)(?<=\S)(?P=low)(?!\w)"
    r"|(?P<url><?https?://[^\s<>)\]`]+>?)"
    r"|\\(?P<escaped>[^\w\s])",
    re.MULTILINE,
)
_BAR = re.compile(r"\\\||`[^`\n]*`|(?P<bar>\|)")
_BREAK = re.compile(r"\s*\n\s*|[ \t]{2,}")


def units(text: str) -> list[Unit]:
    """Split a passage's Markdown into units, in order. Nothing but markup is left out."""
    found: list[Unit] = []
    lines = re.split(r"(?<=\n)", text)
    block: list[tuple[int, str]] = []  # lines of the paragraph or item at hand
    kind: Kind = "paragraph"
    header: list[str] | None = None
    offset = 0
    index = 0

    def close() -> None:
        nonlocal kind
        if block:
            start = block[0][0]
            whole = "".join(line for _, line in block)
            found.append(_plain(kind, whole, start))
            block.clear()
        kind = "paragraph"

    while index < len(lines):
        line = lines[index]
        fence = _FENCE.match(line)
        if fence:
            close()
            header = None
            start = offset + len(line)
            body = ""
            offset += len(line)
            index += 1
            while index < len(lines) and not lines[index].lstrip().startswith(fence[1]):
                body += lines[index]
                offset += len(lines[index])
                index += 1
            if index < len(lines):
                offset += len(lines[index])
            if body.strip():
                found.append(Unit("code", body, ((0, start),), language=fence[2].lower()))
        elif line.lstrip().startswith("|"):
            close()
            if _RULE.fullmatch(line.strip()):
                pass
            else:
                cells = list(_cells(line, offset))
                if header is None:
                    header = [cell.strip(" `*").lower() for cell, _ in cells]
                    titles = [""] * len(cells)
                else:
                    titles = header
                for column, (cell, start) in enumerate(cells):
                    if cell.strip():
                        title = titles[column] if column < len(titles) else ""
                        found.append(_plain("cell", cell, start, title))
            offset += len(line)
        else:
            header = None
            item = _ITEM.match(line)
            if not line.strip():
                close()
            elif item:
                close()
                kind = "item"
                block.append((offset + item.end(), line[item.end() :]))
            else:
                block.append((offset, line))
            offset += len(line)
        index += 1
    close()
    return found


def _cells(line: str, offset: int) -> list[tuple[str, int]]:
    """Split a table row at its bars, leaving alone those that are escaped or in back-ticks."""
    row = line.rstrip()
    start = row.index("|") + 1
    found = []
    for match in _BAR.finditer(row, start):
        if match["bar"]:
            found.append((row[start : match.start()], offset + start))
            start = match.end()
    if start < len(row):
        found.append((row[start:], offset + start))
    return found


def _plain(kind: Kind, source: str, start: int, header: str = "") -> Unit:
    text: list[str] = []
    pieces: list[tuple[int, int]] = []
    code: list[tuple[int, int]] = []
    stressed: list[tuple[int, int]] = []
    length = 0

    def keep(begin: int, end: int) -> None:
        """Copy source[begin:end], with each run of white space as one space."""
        nonlocal length
        at = begin
        for gap in [*_BREAK.finditer(source, begin, end), None]:
            stop = gap.start() if gap else end
            if stop > at:
                pieces.append((length, start + at))
                text.append(source[at:stop])
                length += stop - at
            if gap:
                pieces.append((length, start + gap.start()))
                text.append(" ")
                length += 1
                at = gap.end()

    def walk(begin: int, end: int) -> None:
        nonlocal length
        at = begin
        for match in _MARKUP.finditer(source, begin, end):
            keep(at, match.start())
            at = match.end()
            first = length
            if match["code"]:
                keep(*match.span("code"))
                code.append((first, length))
            elif match["strong"] or match["em"]:
                walk(*match.span("strong" if match["strong"] else "em"))
                stressed.append((first, length))
            elif match["link"]:
                walk(*match.span("link"))
            elif match["escaped"]:
                keep(*match.span("escaped"))
        keep(at, end)

    walk(len(source) - len(source.lstrip()), len(source.rstrip()))
    return Unit(
        kind,
        "".join(text),
        tuple(pieces) or ((0, start),),
        code=tuple(code),
        stressed=tuple(stressed),
        header=header,
    )


_ENDING = re.compile(r"[.!?][\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|;\s+(?=[A-Z])|:\s*$")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Inc|Mr|Dr|St|No|approx)|\b[A-Z])\.$")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a unit's plain text."""
    spans = []
    start = 0
    for match in _ENDING.finditer(text):
        stop = match.start() + 1
        if _ABBREVIATION.search(text, max(start, stop - 8), stop):
            continue
        end = match.end() - (len(match[0]) - len(match[0].rstrip()))
        if text[start:end].strip():
            spans.append((start, end))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans
