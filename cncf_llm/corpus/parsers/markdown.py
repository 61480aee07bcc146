"""Markdown: CommonMark with tables, definition lists, front matter, and site dialects."""

import re
from functools import cache
from typing import TYPE_CHECKING

from cncf_llm.corpus.parsers.admonitions import unwrap_admonitions
from cncf_llm.corpus.parsers.blocks import Block, Heading, Paragraph, Parsed, Unreadable, render
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.front_matter import split_front_matter
from cncf_llm.corpus.parsers.markdown_tokens import blocks_of
from cncf_llm.corpus.parsers.shortcodes import replace_shortcodes

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

MAX_DEPTH = 60  # levels of lists and quotations
MAX_PARAGRAPH = 50_000  # characters: the time for inline markup may grow with their square
_TOO_LONG = "too long"  # where the parser's environment holds the paragraphs left out

_FENCED = re.compile(
    r"^ *(?P<fence>`{3,}|~{3,}).*?(?:^ *(?P=fence)[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
# What other site generators put between paragraphs: MDX imports, Liquid tags, snippet includes.
_DIRECTIVES = re.compile(
    r"^import\s[^\n]*?from\s+['\"][^'\"\n]+['\"];?[ \t]*$|^\{!.*?!\}[ \t]*$|^-+8<-+.*$"
    r"|^\[\[?_?TOC_?\]?\][ \t]*$|\{%-?\s*\w[^{}]*?-?%\}|^\{:[^{}\n]*\}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
# JavaScript as the value of a tag's attribute, which Docusaurus and Next.js allow in Markdown too.
_JSX_VALUE = re.compile(
    r"\s(?:style|class|className|width|height|href|src|to|id)="
    r"\{[^{}]{0,300}(?:\{[^{}]{0,300}\}[^{}]{0,300})?\}"
)
# Hugo's template actions in included snippets: conditions alone on a line, and variables.
_ACTION_LINE = re.compile(
    r"^[ \t]*\{\{-?\s*(?:if|else|end|with|range|define|block)\b[^{}\n]{0,300}\}\}[ \t]*$",
    re.MULTILINE,
)
_VARIABLE = re.compile(r"(?<!`)\{\{-?\s*\$(\w+)\s*-?\}\}(?!`)")
_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_HTML_TABLE_END = re.compile("</table>", re.IGNORECASE)


def parse(content: bytes, path: str) -> Parsed:
    """Parse a Markdown file. Raises `Unreadable` as `decode` does."""
    title, description, text = split_front_matter(decode(content))
    return parse_text(text, title=title, description=description)


def parse_text(text: str, *, title: str, description: str, indented_code: bool = True) -> Parsed:
    """Parse Markdown text without its front matter.

    The title is that of the front matter, or else the first heading of level 1. The front matter's
    description becomes the first paragraph. `indented_code` is off for MDX, which has none.
    """
    text = unwrap_admonitions(replace_shortcodes(text))
    text = outside_code(
        text,
        lambda part: sub_paired(
            _HTML_TABLE, _HTML_TABLE_END, _without_gaps, _without_templating(part)
        ),
    )
    too_long: list[str] = []
    tokens = _markdown(indented_code).parse(text, {_TOO_LONG: too_long})
    if max((token.level for token in tokens), default=0) >= MAX_DEPTH - 1:
        # markdown-it stops reading there, so text would be lost without a word.
        raise Unreadable("unreadable-nested-too-deep", f"Markdown deeper than {MAX_DEPTH} levels")
    blocks = blocks_of(tokens)
    if description:
        described = blocks_of(_markdown(False).parse(replace_shortcodes(description)))
        blocks = blocks if _begin_alike(described, blocks) else [*described, *blocks]
    dropped = tuple(("too-long", f"{len(part)} characters: {part[:80]}") for part in too_long)
    return Parsed(_plain(title) or first_heading(blocks), tuple(blocks), dropped)


def first_heading(blocks: list[Block]) -> str:
    """Return the first heading of level 1 without back-ticks, or an empty string."""
    headings = (block.text for block in blocks if isinstance(block, Heading) and block.level == 1)
    return next(headings, "").replace("`", "")


def _plain(title: str) -> str:
    return re.sub(r"`|\*\*|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", "", title)


def outside_code(text: str, change) -> str:
    """Return the text with `change` applied to what lies between fenced code blocks."""
    parts, position = [], 0
    for found in _FENCED.finditer(text):
        parts.append(change(text[position : found.start()]))
        parts.append(found[0])
        position = found.end()
    parts.append(change(text[position:]))
    return "".join(parts)


def sub_paired(pattern: re.Pattern[str], end: re.Pattern[str], change, text: str) -> str:
    """Return as `pattern.sub` would, where each match of `pattern` ends with one of `end`.

    What follows the last end is left unsearched: a text of starts without ends would take time
    that grows with its square.
    """
    last = max((found.end() for found in end.finditer(text)), default=0)
    return pattern.sub(change, text[:last]) + text[last:]


def _leave_out_long(state: "StateCore") -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > MAX_PARAGRAPH:
            state.env.setdefault(_TOO_LONG, []).append(token.content)
            token.content = ""


def _without_templating(text: str) -> str:
    # Most texts have none of these, and to look for a part of each takes far less time.
    if "{" in text or "8<" in text or any(word in text.lower() for word in ("import", "toc")):
        text = _DIRECTIVES.sub("", text)
    if "={" in text:
        text = _JSX_VALUE.sub("", text)
    if "{{" in text:
        text = _VARIABLE.sub(lambda found: found[1].upper(), _ACTION_LINE.sub("", text))
    return text


def _begin_alike(described: list[Block], blocks: list[Block]) -> bool:
    """Return whether the text begins with its own description."""
    first = next((block for block in blocks if not isinstance(block, Heading)), None)
    if len(described) != 1 or not isinstance(first, Paragraph):
        return False
    whole, start = (re.sub(r"\W+", "", render([one]).lower()) for one in (first, described[0]))
    return whole.startswith(start)


def _without_gaps(table: re.Match[str]) -> str:
    """An empty line ends an HTML block in Markdown, and what follows it would become code."""
    return re.sub(r"\n[ \t]*(?=\n)", "", table[0])


@cache
def _markdown(indented_code: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin

    markdown = MarkdownIt("commonmark", {"maxNesting": MAX_DEPTH}).enable(
        ["table", "strikethrough"]
    )
    markdown.use(deflist_plugin)
    # Where links lead is not kept, and to encode their addresses takes a tenth of the time.
    markdown.normalizeLink = lambda url: url
    markdown.core.ruler.after("block", "leave_out_long", _leave_out_long)
    return markdown if indented_code else markdown.disable("code")
