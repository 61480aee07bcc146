"""Blocks to passages: they follow the headings, and never cut a sentence, row or code block.

The one exception: a code block above the hard limit, which would be lost, becomes several blocks,
divided between YAML documents, sections, or whole lines; see `long_code.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cncf_llm.corpus.long_code import code_parts
from cncf_llm.corpus.parsers.blocks import (
    Block,
    Code,
    Heading,
    ListBlock,
    Paragraph,
    Parsed,
    TableBlock,
    render,
)
from cncf_llm.corpus.sentences import split_sentences

SOFT_WORDS = 300  # a section longer than this becomes several passages
HARD_WORDS = 1200  # a code block or table row may reach this; longer code is divided, rows dropped
HARD_CHARACTERS = 20_000
SHORT_WORDS = 5  # a passage of fewer, without code or table, says nothing by itself

_HEADING_WORDS = 8  # a line of so few words without a full stop is one in bold, for a heading
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # Thai, Lao, Japanese, Chinese


@dataclass(frozen=True)
class Passage:
    """A passage: the headings above it without the document's title, its blocks, its Markdown."""

    heading_path: tuple[str, ...]
    blocks: tuple[Block, ...]
    text: str


@dataclass(frozen=True)
class LeftOut:
    """A part of a document that became no passage, and why."""

    heading_path: tuple[str, ...]
    reason: str
    detail: str


def count_words(text: str) -> int:
    """Return the number of words: the unit of all limits here.

    A word is a run between white space. Scripts that put no space between words count two
    characters as a word.
    """
    words = len(text.split())
    return words if text.isascii() else words + len(_UNSPACED.findall(text)) // 2


def passages_of(parsed: Parsed, title: str) -> tuple[list[Passage], list[LeftOut]]:
    """Return a document's passages in order, and what was left out of them.

    Each section (what lies between two headings) is at least one passage. One longer than
    `SOFT_WORDS` is divided between blocks, a long list between items, a long table between rows
    (its header repeated), a long paragraph between sentences. A heading that equals the title is
    not part of the heading path.
    """
    passages: list[Passage] = []
    left_out: list[LeftOut] = []
    for path, blocks in _sections(parsed.blocks, title):
        for group in _packed([piece for block in blocks for piece in _pieces(block)]):
            text = render(group)
            words = count_words(text)
            if words > HARD_WORDS or len(text) > HARD_CHARACTERS:
                detail = f"{words} words, {len(text)} characters: {text[:80]}"
                left_out.append(LeftOut(path, "too-long", detail))
            elif words < SHORT_WORDS and not any(isinstance(b, Code | TableBlock) for b in group):
                left_out.append(LeftOut(path, "too-short", text))
            else:
                passages.append(Passage(path, tuple(group), text))
    return passages, left_out


def prose_of(blocks: tuple[Block, ...]) -> str:
    """Return the text of blocks without code blocks, tables, and code spans."""
    parts: list[str] = []
    waiting = list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        if isinstance(block, Paragraph):
            parts.append("".join(block.text.split("`")[::2]))
        elif isinstance(block, ListBlock):
            waiting.extend(reversed([inner for item in block.items for inner in item]))
    return "\n".join(parts)


def _sections(
    blocks: tuple[Block, ...], title: str
) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Yield (heading path, blocks) of each part between two headings that has blocks."""
    path: list[tuple[int, str]] = []
    section: list[Block] = []
    for block in blocks:
        if not isinstance(block, Heading):
            section.append(block)
            continue
        if section:
            yield tuple(text for _, text in path), section
            section = []
        path = [(level, text) for level, text in path if level < block.level]
        if block.text.replace("`", "").casefold() != title.casefold():
            path.append((block.level, block.text))
    if section:
        yield tuple(text for _, text in path), section


def _pieces(block: Block) -> list[Block]:
    """Return a block, or the parts of a block that is longer than a passage should be."""
    text = render([block])
    words = count_words(text)
    if words <= SOFT_WORDS and len(text) <= HARD_CHARACTERS:
        return [block]
    match block:
        case Code(language=language, text=code):
            if words <= HARD_WORDS and len(text) <= HARD_CHARACTERS:
                return [block]
            return [Code(language, part) for part in code_parts(code)]
        case Paragraph(text=text):
            return [Paragraph(" ".join(group)) for group in _runs(split_sentences(text))]
        case TableBlock(header=header, rows=rows):
            lines = ["| " + " | ".join(row) for row in rows]
            return [TableBlock(header, tuple(part)) for part in _parallel_runs(rows, lines)]
        case ListBlock():
            return _list_pieces(block)
        case _:
            return [block]


def _list_pieces(block: ListBlock) -> list[Block]:
    """Return a long list as several; an item too long by itself is unfolded into its blocks."""
    texts = [render(item) for item in block.items]
    pieces: list[Block] = []
    number = 0
    for part in _parallel_runs(block.items, texts):
        start = None if block.start is None else block.start + number
        number += len(part)
        if len(part) == 1 and count_words(render(part[0])) > SOFT_WORDS:
            pieces.extend(piece for inner in part[0] for piece in _pieces(inner))
        else:
            pieces.append(ListBlock(tuple(part), start))
    return pieces


def _runs(texts: list[str]) -> list[list[str]]:
    return _parallel_runs(texts, texts)


def _parallel_runs(things, texts: list[str]) -> list[list]:
    """Return things in runs whose texts have at most `SOFT_WORDS` words together."""
    runs: list[list] = []
    words = 0
    for thing, text in zip(things, texts, strict=True):
        length = count_words(text)
        if runs and words + length <= SOFT_WORDS:
            runs[-1].append(thing)
            words += length
        else:
            runs.append([thing])
            words = length
    return runs


def _packed(blocks: list[Block]) -> list[list[Block]]:
    """Return blocks in groups of at most `SOFT_WORDS` words, where single blocks allow it.

    A paragraph that introduces a block goes with it, and a last group too
    short to stand alone joins the one before.
    """
    groups: list[list[Block]] = []
    words = 0
    for block in blocks:
        length = count_words(render([block]))
        if groups and words + length <= SOFT_WORDS:
            groups[-1].append(block)
            words += length
            continue
        lead: list[Block] = []
        if groups and len(groups[-1]) > 1 and _introduces(groups[-1][-1]):
            lead = [groups[-1].pop()]
        elif groups and len(groups[-1]) == 1 and _introduces(groups[-1][-1]):
            groups[-1].append(block)  # the introduction alone would be a passage of one line
            words += length
            continue
        groups.append([*lead, block])
        words = length + count_words(render(lead))
    if len(groups) > 1 and count_words(render(groups[-1])) < SHORT_WORDS:
        groups[-2].extend(groups.pop())
    return groups


def _introduces(block: Block) -> bool:
    """Return whether a paragraph announces what follows: with a colon, or like a heading."""
    if not isinstance(block, Paragraph):
        return False
    like_heading = block.text[-1:].isalnum() and len(block.text.split()) <= _HEADING_WORDS
    return like_heading or block.text.endswith(":")
