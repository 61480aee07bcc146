"""Plain text: paragraphs between empty lines, simple lists, and underlined headings."""

import re

from cncf_llm.corpus.parsers.blocks import (
    Block,
    Code,
    Heading,
    ListBlock,
    Paragraph,
    Parsed,
    one_line,
)
from cncf_llm.corpus.parsers.decoding import decode

_UNDERLINE = re.compile(r"^([=~-])\1{2,}\s*$")
_BULLET = re.compile(r"^\s{0,6}(?:[-*•o]|\d{1,3}[.)])\s+(?=\S)")
_NUMBER = re.compile(r"^\s*(\d{1,3})[.)]\s")
_COLUMNS = re.compile(r"\S {3,}\S|\t\S")
_SYMBOLS = re.compile(r"[{}=<>|\\;_/#]")


def parse(content: bytes, path: str) -> Parsed:
    """Parse a plain text file. Raises `Unreadable` as `decode` does.

    A group of lines between empty lines is a paragraph, or a list when its first line begins with
    a bullet or number, or code when it is indented, laid out in columns, or full of symbols.
    """
    blocks: list[Block] = []
    for group in re.split(r"\n[ \t]*\n", decode(content).strip("\n")):
        lines = [line.rstrip() for line in group.split("\n") if line.strip()]
        if lines:
            blocks.extend(_group_blocks(lines))
    titles = [block.text for block in blocks[:1] if isinstance(block, Heading)]
    return Parsed(titles[0] if titles else "", tuple(_joined_code(blocks)))


def _group_blocks(lines: list[str]) -> list[Block]:
    headings: list[Block] = []
    first = 0  # line that is not read yet
    while (
        first + 1 < len(lines)
        and (found := _UNDERLINE.match(lines[first + 1]))
        and _BULLET.match(lines[first]) is None
    ):
        headings.append(Heading(1 if found[1] == "=" else 2, one_line(lines[first])))
        first += 2
    return [*headings, *(_body_blocks(lines[first:]) if lines[first:] else [])]


def _body_blocks(lines: list[str]) -> list[Block]:
    if _is_layout(lines):
        return [Code("", "\n".join(lines))]
    if _BULLET.match(lines[0]):
        return [_list(lines)]
    return [Paragraph(one_line(" ".join(lines)))]


def _is_layout(lines: list[str]) -> bool:
    if _BULLET.match(lines[0]):
        return False
    text = "\n".join(lines)
    if all(line.startswith(("    ", "\t")) for line in lines):
        return True
    if len(lines) > 1 and sum(line.startswith("#") for line in lines) * 2 >= len(lines):
        return True  # comments of a configuration or of metrics
    if sum(bool(_COLUMNS.search(line)) for line in lines) * 2 > len(lines):
        return True
    return len(_SYMBOLS.findall(text)) * 20 > len(text)


def _list(lines: list[str]) -> ListBlock:
    items: list[str] = []
    for line in lines:
        if found := _BULLET.match(line):
            items.append(line[found.end() :])
        else:
            items[-1] += " " + line
    number = _NUMBER.match(lines[0])
    start = int(number[1]) if number else None
    return ListBlock(tuple((Paragraph(one_line(item)),) for item in items), start)


def _joined_code(blocks: list[Block]) -> list[Block]:
    """Return the blocks with neighbouring code blocks as one, up to 60 lines."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if isinstance(block, Code) and isinstance(last, Code) and last.text.count("\n") < 60:
            joined[-1] = Code("", f"{last.text}\n\n{block.text}")
        else:
            joined.append(block)
    return joined
