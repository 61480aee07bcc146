"""What a parsed document is made of, and how it is written as normalised Markdown.

Every parser turns its format into these few blocks. Everything after it sees only them.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 6. `text` is one line."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text on one line; inline code keeps its back-ticks, other inline markup is gone."""

    text: str


@dataclass(frozen=True)
class ListBlock:
    """A list. Each item is a sequence of blocks. `start` is the first number, or None: bullets."""

    items: tuple[tuple["Block", ...], ...]
    start: int | None = None


@dataclass(frozen=True)
class TableBlock:
    """A table of one-line cells. `header` may be empty strings, never longer than the rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Code:
    """Preformatted text with its language, or an empty language."""

    language: str
    text: str


Block = Heading | Paragraph | ListBlock | TableBlock | Code


@dataclass(frozen=True)
class Parsed:
    """A parsed document.

    `title` is what the document itself calls its title, or an empty string. `dropped` holds a
    (reason, detail) for each part that the parser had to leave out.
    """

    title: str
    blocks: tuple[Block, ...]
    dropped: tuple[tuple[str, str], ...] = ()


class Unreadable(Exception):
    """A document that cannot be parsed. `reason` is a short code, `detail` a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail.encode("utf-8", "backslashreplace").decode()  # to be stored


def one_line(text: str) -> str:
    """Return the text with each run of white space as one space, trimmed."""
    return " ".join(text.split())


def render(blocks: tuple[Block, ...] | list[Block]) -> str:
    """Return blocks as Markdown: paragraphs, lists, pipe tables, fenced code.

    Blocks are separated by an empty line. Blocks within a list item are indented to its text.
    A heading within a list item becomes a paragraph.
    """
    return "\n\n".join(text for block in blocks if (text := _render_block(block)))


def _render_block(block: Block) -> str:
    match block:
        case Heading(text=text) | Paragraph(text=text):
            return text
        case Code():
            return _render_code(block)
        case TableBlock():
            return _render_table(block)
        case ListBlock():
            return _render_list(block)


def _render_code(code: Code) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", code.text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{code.language}\n{code.text}\n{fence}"


def _render_table(table: TableBlock) -> str:
    width = max([len(table.header), *(len(row) for row in table.rows)])
    if not width:
        return ""
    lines = [_render_row(table.header, width), "|" + " --- |" * width]
    lines.extend(_render_row(row, width) for row in table.rows)
    return "\n".join(lines)


def _render_row(cells: tuple[str, ...], width: int) -> str:
    padded = [*cells, *[""] * (width - len(cells))]
    return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in padded) + " |"


def _render_list(block: ListBlock) -> str:
    lines = []
    for number, item in enumerate(block.items):
        mark = "- " if block.start is None else f"{block.start + number}. "
        text = _render_item(item)
        if not text:
            continue
        indent = "\n" + " " * len(mark)
        lines.append(mark + indent.join(text.split("\n")).replace(indent + "\n", "\n\n"))
    return "\n".join(re.sub(r"[ \t]+$", "", line, flags=re.MULTILINE) for line in lines)


def _render_item(item: tuple[Block, ...]) -> str:
    """Return an item's blocks; a nested list follows its text without an empty line."""
    parts: list[str] = []
    for block in item:
        text = _render_block(block)
        if not text:
            continue
        if parts:
            parts.append("\n" if isinstance(block, ListBlock) else "\n\n")
        parts.append(text)
    return "".join(parts)
