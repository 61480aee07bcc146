"""The text of PDF pages as blocks: running heads, page numbers and hyphenation removed."""

import re
from collections import Counter

from cncf_llm.corpus.parsers.blocks import Block, Heading, ListBlock, Paragraph, one_line

_BULLET = re.compile(r"^\s*(?:[•●○▪■◦‣∙·–*-]|o(?=\s))\s*(?=\S)")
_NUMBER_ONLY = re.compile(
    r"^\W*(?:page\s+)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:/|of)\s*\d{1,4})?\W*$", re.I
)
_DOTTED = re.compile(r"(?:\.\s?){4,}\s*\d*\s*$")  # a line of a table of contents
_SENTENCE_END = re.compile(r"[.!?:;][\"')\]”’]?$")
_NUMBERED_HEADING = re.compile(r"^\d{1,2}((?:\.\d{1,2}){1,3})\.?\s+[A-Z][^.!?]{2,70}$")
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})


def blocks_of_pages(pages: list[str], outline: list[list]) -> tuple[str, list[Block]]:
    """Return (first heading, blocks) of the pages' texts.

    A line that equals a bookmark of the `outline` ([level, title] each) is a heading, and so is a
    short one that begins with a number such as 2.1.
    """
    levels = {_key(title): level for level, title in outline}
    lines = _lines(pages)
    widths = sorted(len(line) for line in lines if line)
    typical = widths[len(widths) * 3 // 4] if widths else 0
    blocks: list[Block] = []
    paragraph: list[str] = []
    items: list[str] = []

    def close() -> None:
        if items:
            blocks.append(ListBlock(tuple((Paragraph(_joined([item])),) for item in items)))
        elif text := _joined(paragraph):
            blocks.append(Paragraph(text))
        items.clear()
        paragraph.clear()

    for line in lines:
        if not line:
            close()
        elif level := levels.get(_key(line)):
            close()
            blocks.append(Heading(level, one_line(line)))
        elif found := _NUMBERED_HEADING.match(line):
            close()
            blocks.append(Heading(1 + found[1].count("."), one_line(line)))
        elif found := _BULLET.match(line):
            if paragraph:
                close()
            items.append(line[found.end() :])
        elif items:
            items[-1] += "\n" + line
            if _SENTENCE_END.search(line) and len(line) < typical * 0.7:
                close()
        else:
            paragraph.append(line)
            if _SENTENCE_END.search(line) and len(line) < typical * 0.9:
                close()
    close()
    heading = next((block.text for block in blocks if isinstance(block, Heading)), "")
    return heading, blocks


def _lines(pages: list[str]) -> list[str]:
    """Return the lines of all pages without those that pages have in common at top or bottom."""
    split = [[line.strip() for line in page.translate(_LIGATURES).split("\n")] for page in pages]
    split = [[_clean(line) for line in page] for page in split]
    edges = Counter(
        key for page in split for key in {_edge_key(line) for line in _edges(page)} if key
    )
    common = {key for key, count in edges.items() if count >= max(3, len(pages) * 0.4)}
    lines: list[str] = []
    for page in split:
        edge = set(_edges(page))
        lines.extend(
            line
            for line in page
            if not _NUMBER_ONLY.match(line)
            and not _DOTTED.search(line)
            and not (line in edge and _edge_key(line) in common)
        )
    return lines


def _clean(line: str) -> str:
    return "".join(character for character in line if character >= " " and character != "\ufffd")


def _edges(page: list[str]) -> list[str]:
    filled = [line for line in page if line]
    return filled[:2] + filled[-2:]


def _edge_key(line: str) -> str:
    return re.sub(r"\d+", "0", line.lower())


def _joined(lines: list[str]) -> str:
    """Return lines as one; a word that the line's end divides is put together again."""
    text = "\n".join(lines)
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    return one_line(text)


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()
