"""The token stream of markdown-it as blocks: walked with a stack, so depth is no danger."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cncf_llm.corpus.parsers.blocks import (
    Block,
    Code,
    Heading,
    ListBlock,
    Paragraph,
    TableBlock,
    Unreadable,
    one_line,
)
from cncf_llm.corpus.parsers.stray_marks import without_stray_marks

if TYPE_CHECKING:
    from markdown_it.token import Token

_ATTRIBUTES = re.compile(r"\{:?\s*[#.][\w-][^{}]*\}|\{:[^{}]*\}|\{\s*target\s*=[^{}]*\}")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]:?")
_CALLOUT = re.compile(r"^\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", re.IGNORECASE)
_TASK = re.compile(r"^\[[ xX]\]\s+")
_TAG = re.compile(r"</?([A-Za-z][\w.-]*)([^>]*)>")
_PLACEHOLDER = re.compile(r"<[a-z][a-z0-9_-]*>")
_HTML = frozenset(
    """
    a abbr address article aside audio b bdi bdo big blockquote br button caption center cite
    code col colgroup dd del details dfn div dl dt em embed figcaption figure font footer form
    h1 h2 h3 h4 h5 h6 header hr i iframe img input ins kbd label li link main map mark meta nav
    nobr object ol p param picture pre q s samp script section select small source span strike
    strong style sub summary sup svg table tbody td template textarea tfoot th thead time tr tt
    u ul var video wbr
    """.split()
)


def blocks_of(tokens: "Sequence[Token]") -> list[Block]:
    """Return the blocks of a parsed Markdown text."""
    top: list[Block] = []
    stack: list[list] = [top]  # the innermost container's content is last
    starts: list[int | None] = []  # of the open lists
    rows: list[list[str]] = []
    for number, token in enumerate(tokens):
        inside = stack[-1]
        match token.type:
            case "heading_open":
                if text := inline_text(tokens[number + 1]):
                    inside.append(Heading(int(token.tag[1]), text))
            case "inline":
                kind = tokens[number - 1].type
                if kind == "paragraph_open":
                    text = inline_text(token).strip()
                    if "[" in text:
                        text = _FOOTNOTE.sub("", text).strip()
                        text = _TASK.sub("", _CALLOUT.sub("", text))
                    inside.extend([Paragraph(text)] if text else [])
                elif kind in ("th_open", "td_open"):
                    rows[-1].append(inline_text(token))
                elif kind == "dt_open":
                    inside.append(inline_text(token))  # a term, which its definitions follow
            case "fence" | "code_block":
                inside.extend(code_blocks(token.info, token.content))
            case "html_block":
                inside.extend(_html_blocks(token.content))
            case "bullet_list_open" | "ordered_list_open":
                ordered = token.type == "ordered_list_open"
                starts.append(int(token.attrs.get("start", 1)) if ordered else None)
                stack.append([])
            case "bullet_list_close" | "ordered_list_close":
                items, start = stack.pop(), starts.pop()
                if items:
                    stack[-1].append(ListBlock(tuple(items), start))
            case "list_item_open" | "dl_open" | "dd_open":
                stack.append([])
            case "list_item_close":
                item = stack.pop()
                if item:
                    stack[-1].append(tuple(item))
            case "dd_close":
                stack[-2].append(tuple(stack.pop()))
            case "dl_close":
                if items := definition_items(stack.pop()):
                    stack[-1].append(ListBlock(tuple(items)))
            case "table_open":
                rows = []
            case "tr_open":
                rows.append([])
            case "table_close":
                if any(cell for row in rows for cell in row):
                    header, *body = (tuple(row) for row in rows)
                    inside.append(TableBlock(header, tuple(body)))
    return top


def code_blocks(info: str, content: str) -> list[Block]:
    """Return a code block as a list, empty where it has no text or is a drawing."""
    language = re.split(r"[\s,{:]", info.strip().lstrip("{."), maxsplit=1)[0].strip("}\"'").lower()
    text = content.expandtabs(4).rstrip().strip("\n")
    return [Code(language, text)] if text.strip() and language != "mermaid" else []


def definition_items(parts: list) -> list[tuple[Block, ...]]:
    """Return terms (strings) and their definitions (tuples of blocks) as list items.

    The item of a term and its definition reads `term: definition`.
    """
    items: list[tuple[Block, ...]] = []
    terms: list[str] = []
    for part in parts:
        if isinstance(part, str):
            terms.append(part)
            continue
        term = ", ".join(terms)
        terms = []
        if not term:
            items.append(part)
        elif part and isinstance(part[0], Paragraph):
            items.append((Paragraph(f"{term.rstrip(':')}: {part[0].text}"), *part[1:]))
        else:
            items.append((Paragraph(term), *part))
    items.extend((Paragraph(term),) for term in terms)
    return [item for item in items if item]


def _html_blocks(source: str) -> list[Block]:
    from cncf_llm.corpus.parsers.html import fragment_blocks

    without_tags = re.sub(r"<!--.*?(?:-->|\Z)|<[^<>]*>", "", source, flags=re.DOTALL)
    if not without_tags.strip():
        return []
    try:
        return fragment_blocks(source)
    except Unreadable as error:
        if error.reason == "empty":  # to the HTML parser, such as a lone `<?`
            return []
        raise


def inline_text(token: "Token") -> str:
    """Return an inline token's text on one line.

    Links become their text, images vanish, code keeps its back-ticks, other marks are gone.
    """
    parts = []
    for child in token.children or ():
        match child.type:
            case "text" | "text_special":
                parts.append(child.content)
            case "code_inline":
                parts.append(code_span(child.content))
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "html_inline":
                parts.append(_inline_tag(child.content))
    text = "".join(parts)
    if "{" in text:
        text = _ATTRIBUTES.sub("", text)
    if "[^" in text:
        text = _FOOTNOTE.sub("", text)
    return without_stray_marks(one_line(text))


def code_span(text: str) -> str:
    """Return text as an inline code span, with two back-ticks where it has one itself."""
    text = one_line(text)
    if not text:
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _inline_tag(source: str) -> str:
    found = _TAG.fullmatch(source)
    if not found:
        return ""  # a comment
    name = found[1].lower()
    if name == "br":
        return " "
    if name in ("code", "kbd", "tt"):
        return "`"
    # Authors write `<name>` for something to fill in; only real markup is removed.
    return source if name not in _HTML and _PLACEHOLDER.fullmatch(source) else ""
