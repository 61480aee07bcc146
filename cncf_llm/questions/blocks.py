"""A passage's Markdown as blocks that generators can read: paragraphs, lists, tables, code."""

import re
import textwrap
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d+[.)])[ \t]*")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s+\"[^\"]*\")?\)|\[[^\[\]]*\])")
_CODE_OR_MARK = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)|[`*]|(?<!\w)_+|_+(?!\w)", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """One top-level block. `text` is its source; the other fields are set where they apply."""

    kind: Literal["paragraph", "list", "table", "code", "other"]
    text: str
    ordered: bool = False
    items: tuple[str, ...] = ()  # of a list: the items' source without marker and indentation
    header: tuple[str, ...] = ()  # of a table: cells in order
    rows: tuple[tuple[str, ...], ...] = ()
    language: str = ""  # of code


def blocks(text: str) -> tuple[Block, ...]:
    """Parse normalised Markdown into its top-level blocks."""
    lines = text.split("\n")
    tokens = _PARSER.parse(text)
    found = []
    for number, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        found.append(_block(token, tokens[number:], lines))
    return tuple(found)


def plain(text: str) -> str:
    """Return a text without links, code marks and emphasis, on one line."""
    unmarked = _CODE_OR_MARK.sub(lambda match: match["code"] or "", without_links(text))
    return " ".join(unmarked.split())


def without_links(text: str) -> str:
    """Return Markdown in which each link is its words: addresses of pages are no answer."""
    return _LINK.sub(r"\1", text)


def _block(token: Token, rest: list[Token], lines: list[str]) -> Block:
    source = _source(token, lines)
    if token.type == "paragraph_open":
        return Block("paragraph", " ".join(source.split()))
    if token.type in ("fence", "code_block"):
        words = token.info.split()
        language = words[0].lower() if words else ""
        return Block("code", source, language=language, items=(token.content.rstrip("\n"),))
    if token.type in ("bullet_list_open", "ordered_list_open"):
        ordered = token.type == "ordered_list_open"
        return Block("list", source, ordered=ordered, items=_items(token, rest, lines))
    if token.type == "table_open":
        cells = _cells(rest)
        return Block("table", source, header=cells[0], rows=tuple(cells[1:]))
    return Block("other", source)


def _source(token: Token, lines: list[str]) -> str:
    start, end = token.map or (0, 0)
    return textwrap.dedent("\n".join(lines[start:end])).strip("\n")


def _items(opening: Token, rest: list[Token], lines: list[str]) -> tuple[str, ...]:
    items = []
    for token in rest[1:]:
        if token.level == 0:
            break
        if token.type == "list_item_open" and token.level == opening.level + 1:
            first, _, others = _source(token, lines).partition("\n")
            items.append((_MARKER.sub("", first) + "\n" + textwrap.dedent(others)).strip())
    return tuple(items)


def _cells(rest: list[Token]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for token in rest:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append(())
        elif token.type == "inline":
            rows[-1] += (" ".join(token.content.split()),)
    return rows
