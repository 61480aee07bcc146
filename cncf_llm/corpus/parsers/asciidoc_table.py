"""AsciiDoc tables as Markdown pipe tables."""

import re

from cncf_llm.corpus.parsers.asciidoc_inline import Attributes, inline

# A cell may begin with how often it repeats, its span, alignment and style: `2+^h|`.
_CELL = re.compile(r"(?:(?<=\s)|^)(?:\d+(?:\.\d+)?[*+]|\.\d+\+)?[<^>]?(?:\.[<^>])?[a-z]?(?<!\\)\|")
_COLUMNS = re.compile(r"cols\s*=\s*\"?([^\"\]]+)\"?")


def pipe_table(lines: list[str], block: str, attributes: Attributes) -> list[str]:
    """Return the lines of a pipe table for those between `|===` marks.

    The number of columns is that of `cols`, or else that of the first line. The first row is the
    header when an empty line follows it or the block's attributes say so.
    """
    cells: list[str] = []
    per_line: list[int] = []
    for line in lines:
        starts = list(_CELL.finditer(line))
        before = line[: starts[0].start()] if starts else line
        if cells and before.strip():
            cells[-1] += " " + before.strip()
        if starts:
            ends = [found.start() for found in starts[1:]] + [len(line)]
            spans = zip(starts, ends, strict=True)
            cells.extend(line[found.end() : end].strip() for found, end in spans)
            per_line.append(len(starts))
    width = _column_count(block) or (per_line[0] if per_line else 0)
    if not width:
        return []
    texts = [inline(cell, attributes).replace("\\|", "|").replace("|", "\\|") for cell in cells]
    rows = [texts[start : start + width] for start in range(0, len(texts), width)]
    headed = "header" in block or (len(lines) > 1 and per_line[0] == width and _gap_after(lines))
    header = rows.pop(0) if headed and len(rows) > 1 else [""] * width
    rows = [row + [""] * (width - len(row)) for row in rows]
    return [_row(header + [""] * (width - len(header))), "|" + "---|" * width, *map(_row, rows)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _gap_after(lines: list[str]) -> bool:
    """Return whether an empty line follows the first line that has a cell."""
    first = next(number for number, line in enumerate(lines) if "|" in line)
    return first + 1 < len(lines) and not lines[first + 1].strip()


def _column_count(block: str) -> int:
    found = _COLUMNS.search(block)
    if not found:
        return 0
    repeated = re.fullmatch(r"(\d{1,2})\*.*", found[1].strip())
    return int(repeated[1]) if repeated else len(re.split("[,;]", found[1].strip().strip(",")))
