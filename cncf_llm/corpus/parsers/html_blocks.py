"""An HTML element's content as blocks."""

import re
from typing import TYPE_CHECKING

from cncf_llm.corpus.parsers.blocks import (
    Block,
    Code,
    Heading,
    ListBlock,
    Paragraph,
    TableBlock,
    one_line,
)
from cncf_llm.corpus.parsers.markdown_tokens import code_span, definition_items

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SKIPPED = frozenset(
    """script style template noscript svg math nav footer aside form button select input textarea
    iframe object embed video audio canvas img picture head link meta map dialog""".split()
)
# Navigation that sits within the main content of many documentation themes.
_SKIPPED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|toc|table-of-contents|sidebar|pagination|pager|feedback|"
    r"page-meta|edit-page|edit-this-page|headerlink|header-anchor|hash-link|anchorjs-link|"
    r"heading-anchor|copy-button|copybtn|skip-link|visually-hidden|sr-only|print-only|"
    r"theme-doc-footer|last-updated|share|cookie)(?:$|[\s_-])",
    re.IGNORECASE,
)
_INLINE = frozenset(
    """a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small
    span strike strong sub sup time tt u var wbr br""".split()
)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight|highlight-source)-([\w+#.]+)")
_NO_LANGUAGE = {"text", "none", "plaintext", "plain", "default", "notranslate", "console-output"}


def element_blocks(element: "HtmlElement") -> list[Block]:
    """Return the blocks within an element, in reading order."""
    blocks: list[Block] = []
    running: list[str] = []  # inline content that no block element encloses

    def flush() -> None:
        if text := one_line("".join(running)):
            blocks.append(Paragraph(text))
        running.clear()

    running.append(element.text or "")
    for child in element:
        if not isinstance(child.tag, str) or _is_skipped(child):
            pass
        elif child.tag in _INLINE and not _holds_blocks(child):
            running.append(_inline(child))
        else:
            flush()
            blocks.extend(_block(child))
        running.append(child.tail or "")
    flush()
    return blocks


def _block(element: "HtmlElement") -> list[Block]:
    tag = element.tag
    if re.fullmatch("h[1-6]", tag):
        text = one_line(_inline(element)).strip("¶#").strip()
        return [Heading(int(tag[1]), text)] if text else []
    if tag == "p" and not _holds_blocks(element):
        text = one_line(_inline(element))
        return [Paragraph(text)] if text else []
    if tag == "pre":
        return _code(element)
    if tag in ("ul", "ol", "menu"):
        return _list(element)
    if tag == "dl":
        return _definitions(element)
    if tag == "table":
        return _table(element)
    return element_blocks(element)


def _is_skipped(element: "HtmlElement") -> bool:
    if element.tag in _SKIPPED or element.get("aria-hidden") == "true":
        return True
    if element.get("hidden") is not None or element.get("role") in ("navigation", "search"):
        return True
    return bool(_SKIPPED_CLASS.search(element.get("class") or ""))


def _holds_blocks(element: "HtmlElement") -> bool:
    return any(
        isinstance(inner.tag, str) and inner.tag not in _INLINE and inner.tag not in _SKIPPED
        for inner in element.iterdescendants()
    )


def _inline(element: "HtmlElement") -> str:
    """Return an element's text with code in back-ticks and line breaks as spaces."""
    if element.tag in ("code", "kbd", "tt", "samp"):
        return code_span(element.text_content())
    if element.tag == "br":
        return " "
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not _is_skipped(child):
            parts.append(_inline(child))
            if child.tag not in _INLINE:
                parts.append(" ")
        parts.append(child.tail or "")
    return "".join(parts)


def _code(element: "HtmlElement") -> list[Block]:
    has_breaks = next(element.iter("br"), None) is not None
    text = _text_with_breaks(element) if has_breaks else element.text_content()
    text = text.expandtabs(4).strip("\n").rstrip()
    return [Code(_language(element), text)] if text.strip() else []


def _text_with_breaks(element: "HtmlElement") -> str:
    parts = [element.text or ""]
    for inner in element.iterdescendants():
        if isinstance(inner.tag, str):
            parts.append("\n" if inner.tag == "br" else inner.text or "")
        parts.append(inner.tail or "")
    return "".join(parts)


def _language(element: "HtmlElement") -> str:
    """Return the language that the `pre`, its `code`, or one of two elements around it names."""
    around = [parent for parent, _ in zip(element.iterancestors(), range(2), strict=False)]
    for place in [*element.iter("code"), element, *around]:
        named = place.get("data-lang") or place.get("data-language")
        if not named and (found := _LANGUAGE.search(place.get("class") or "")):
            named = found[1]
        if named and named.lower() not in _NO_LANGUAGE:
            return named.lower()
    return ""


def _list(element: "HtmlElement") -> list[Block]:
    items = tuple(
        item
        for child in element
        if isinstance(child.tag, str) and not _is_skipped(child)
        if (item := tuple(_block(child) if child.tag in ("ul", "ol") else element_blocks(child)))
    )
    if not items:
        return []
    first = element.get("start") or "1"
    start = int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 1
    return [ListBlock(items, start if element.tag == "ol" else None)]


def _definitions(element: "HtmlElement") -> list[Block]:
    parts: list = []
    for child in element.iter("dt", "dd"):
        if child.getparent() is not element and child.getparent().getparent() is not element:
            continue  # of a list within a definition; a `div` may group a term with its definition
        parts.append(
            one_line(_inline(child)) if child.tag == "dt" else tuple(element_blocks(child))
        )
    items = definition_items(parts)
    return [ListBlock(tuple(items))] if items else []


def _table(element: "HtmlElement") -> list[Block]:
    rows = []
    for row in element.iter("tr"):
        if next(row.iterancestors("table")) is element:
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            rows.append((cells, tuple(one_line(_inline(cell)) for cell in cells)))
    rows = [(cells, texts) for cells, texts in rows if any(texts)]
    if not rows:
        return []
    if max(len(cells) for cells, _ in rows) == 1 or element.get("role") == "presentation":
        # One column: a table for the layout (line numbers, boxes), not for data.
        return [block for cells, _ in rows for cell in cells for block in element_blocks(cell)]
    if any(True for _ in element.iter("pre")):
        return [block for cells, _ in rows for cell in cells for block in element_blocks(cell)]
    first_cells, first = rows[0]
    headed = any(cell.tag == "th" for cell in first_cells) or element.find("thead") is not None
    header = first if headed else tuple("" for _ in first)
    body = rows[1:] if headed else rows
    return [TableBlock(header, tuple(texts for _, texts in body))]
