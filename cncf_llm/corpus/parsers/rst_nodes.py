"""A docutils document tree as blocks."""

from typing import Any  # docutils' nodes have no useful types

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

_NOTHING = frozenset(
    """comment system_message target substitution_definition image figure raw math_block pending
    meta docinfo decoration footnote_reference problematic label generated transition""".split()
)
_NO_LANGUAGE = frozenset({"code", "none", "text", "default", "literal-block", ""})


def document_blocks(document: Any) -> list[Block]:
    """Return the blocks of a document tree in reading order."""
    return _children(document, 0)


def _children(element: Any, level: int) -> list[Block]:
    return [block for child in element.children for block in _blocks(child, level)]


def _blocks(node: Any, level: int) -> list[Block]:
    from docutils import nodes

    kind = type(node).__name__
    if kind in _NOTHING or isinstance(node, nodes.Text):
        return []
    match kind:
        case "section":
            return _children(node, level + 1)
        case "title" | "subtitle":
            text = _inline(node)
            in_section = type(node.parent).__name__ in ("section", "document")
            if not text:
                return []
            if in_section:
                return [Heading(min(max(level, 1), 6), text)]
            return [Paragraph(f"{text.rstrip(':')}:")]  # of an admonition, table or sidebar
        case "paragraph" | "rubric" | "attribution" | "line" | "caption":
            text = _inline(node)
            return [Paragraph(text)] if text else []
        case "literal_block" | "doctest_block":
            return _code(node)
        case "bullet_list" | "enumerated_list":
            return _list(node, level)
        case "definition_list" | "option_list" | "field_list":
            return _definitions(node, level)
        case "table":
            return _table(node, level)
        case _:
            return _children(node, level)


def _inline(element: Any) -> str:
    return one_line("".join(_inline_text(child) for child in element.children))


def _inline_text(node: Any) -> str:
    from docutils import nodes

    if isinstance(node, nodes.Text):
        return node.astext()
    kind = type(node).__name__
    if kind in ("literal", "math"):
        return code_span(node.astext())
    if kind == "problematic":
        return node.astext().replace("|", "").strip("`_*")  # an undefined reference: its own words
    if kind == "substitution_reference":
        return node.astext()
    if kind in _NOTHING:
        return ""
    return "".join(_inline_text(child) for child in node.children)


def _code(node: Any) -> list[Block]:
    text = node.astext().expandtabs(4).strip("\n").rstrip()
    names = [name.lower() for name in node.get("classes", [])]
    language = next((name for name in names if name not in _NO_LANGUAGE), "")
    return [Code(language, text)] if text.strip() else []


def _list(node: Any, level: int) -> list[Block]:
    items = tuple(item for child in node.children if (item := tuple(_children(child, level))))
    start = int(node.get("start", 1)) if type(node).__name__ == "enumerated_list" else None
    return [ListBlock(items, start)] if items else []


def _definitions(node: Any, level: int) -> list[Block]:
    parts: list = []
    for item in node.children:
        for part in item.children:
            kind = type(part).__name__
            if kind in ("term", "field_name"):
                parts.append(_inline(part))
            elif kind == "option_group":
                parts.append(code_span(part.astext()))
            elif kind in ("definition", "field_body", "description"):
                parts.append(tuple(_children(part, level)))
    items = definition_items(parts)
    return [ListBlock(tuple(items))] if items else []


def _table(node: Any, level: int) -> list[Block]:
    from docutils import nodes

    before = [
        block
        for title in node.children
        if type(title).__name__ == "title"
        for block in _blocks(title, level)
    ]
    header: tuple[str, ...] = ()
    rows = []
    for row in node.findall(nodes.row):
        if any(isinstance(entry, nodes.table) for entry in row.findall(nodes.table)):
            continue
        cells = tuple(_cell(entry) for entry in row.children)
        if type(row.parent).__name__ == "thead" and not header:
            header = cells
        elif any(cells):
            rows.append(cells)
    if not rows:
        return before
    return [*before, TableBlock(header or tuple("" for _ in rows[0]), tuple(rows))]


def _cell(entry: Any) -> str:
    parts = []
    for node in entry.findall(lambda inner: type(inner).__name__ in ("paragraph", "literal_block")):
        literal = type(node).__name__ == "literal_block"
        parts.append(code_span(node.astext()) if literal else _inline(node))
    return " ".join(part for part in parts if part)
