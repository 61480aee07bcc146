"""The reading order of a PDF page's lines.

A PDF holds its text in the order in which it was drawn. So the lines of a page of two columns are
put in order column by column, those of one column from top to bottom. Boxes side by side, as on
slides, keep the order in which they were drawn.
"""

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_LEAST_LINES = 8  # in each column
_LEAST_WORDS = 4  # in a line, in the middle: fewer is a table


@dataclass(frozen=True)
class Line:
    """A line, or the part of it in one column. Places in points from the page's upper left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    fixed: bool = False
    bold: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top


def ordered_lines(page: dict) -> list[Line]:
    """Return the lines of a page, as `pdf_reader` gives it, in reading order."""
    rows = [[Line(*piece) for piece in line] for line in page["lines"]]
    pieces = [piece for row in rows for piece in row]
    if gutter := _gutter(pieces, page["width"]):
        return _by_column(pieces, gutter)
    lines = [_whole(row) for row in rows]
    return lines if _are_side_by_side(lines) else sorted(lines, key=lambda line: line.top)


def _whole(row: list[Line]) -> Line:
    if len(row) == 1:
        return row[0]
    main = max(row, key=lambda piece: len(piece.text))
    return Line(
        "   ".join(piece.text for piece in row),
        min(piece.left for piece in row),
        min(piece.top for piece in row),
        max(piece.right for piece in row),
        max(piece.bottom for piece in row),
        main.fixed,
        main.bold,
    )


def _gutter(pieces: list[Line], width: float) -> float | None:
    """Return where the space between two columns of prose is, if the page has them."""
    for share in (0.5, 0.48, 0.52, 0.45, 0.55, 0.42, 0.58):
        place = width * share
        left = [piece for piece in pieces if piece.right <= place]
        right = [piece for piece in pieces if piece.left >= place]
        if (
            min(len(left), len(right)) >= _LEAST_LINES
            and len(left) + len(right) >= 0.8 * len(pieces)
            and min(_typical_words(left), _typical_words(right)) >= _LEAST_WORDS
        ):
            return place
    return None


def _typical_words(pieces: list[Line]) -> float:
    return median(len(piece.text.split()) for piece in pieces)


def _are_side_by_side(lines: list[Line]) -> bool:
    """Return whether more than a few lines stand beside another: boxes, whose order is kept."""
    ordered = sorted(lines, key=lambda line: line.top)
    beside = sum(second.top < (first.top + first.bottom) / 2 for first, second in pairwise(ordered))
    return beside * 10 > len(lines)


def _by_column(pieces: list[Line], gutter: float) -> list[Line]:
    """Return lines by column; one that spans both (a title) divides what is above and below it."""
    lines: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for piece in sorted(pieces, key=lambda piece: (piece.top, piece.left)):
        if piece.right <= gutter:
            left.append(piece)
        elif piece.left >= gutter:
            right.append(piece)
        else:
            lines.extend([*left, *right, piece])
            left, right = [], []
    return [*lines, *left, *right]
