"""Characters that no text may have, after escapes and entities have been resolved.

`decode` removes them from a file's text. But `&#1;`, `"\\u0000"` and `.. unicode:: 0xD800` are
ordinary letters until the format's own parser has read them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cncf_llm.corpus.parsers.blocks import (
    Block,
    Code,
    Heading,
    ListBlock,
    Paragraph,
    Parsed,
    TableBlock,
)
from cncf_llm.corpus.parsers.decoding import CONTROL


def without_control(parsed: Parsed) -> Parsed:
    """Return the document without control characters and halves of surrogate pairs."""
    if not any(CONTROL.search(text) for text in _texts(parsed)):
        return parsed
    return Parsed(
        _clean(parsed.title),
        tuple(_clean_block(block) for block in parsed.blocks),
        tuple((reason, _clean(detail)) for reason, detail in parsed.dropped),
    )


def _texts(parsed: Parsed) -> Iterator[str]:
    yield parsed.title
    yield from (detail for _, detail in parsed.dropped)
    waiting: list[Iterable[Block]] = [parsed.blocks]
    while waiting:
        for block in waiting.pop():
            if isinstance(block, ListBlock):
                waiting.extend(block.items)
            elif isinstance(block, TableBlock):
                yield "".join(block.header)
                yield from ("".join(row) for row in block.rows)
            else:
                yield block.text


def _clean_block(block: Block) -> Block:
    match block:
        case Heading() | Paragraph() | Code():
            return replace(block, text=_clean(block.text))
        case TableBlock(header=header, rows=rows):
            return TableBlock(_clean_row(header), tuple(_clean_row(row) for row in rows))
        case ListBlock(items=items, start=start):
            cleaned = (tuple(_clean_block(inner) for inner in item) for item in items)
            return ListBlock(tuple(cleaned), start)


def _clean_row(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_clean(cell) for cell in cells)


def _clean(text: str) -> str:
    return CONTROL.sub("", text)
