"""AsciiDoc: rewritten line by line as Markdown, which the Markdown parser then reads.

No AsciiDoc parser exists for Python. This knows the part of the language that documentation uses
(https://docs.asciidoctor.org/asciidoc/latest/): headings, lists, tables, listings, admonitions,
links, attributes. Includes, images, conditions and comments are left out.
"""

import re

from cncf_llm.corpus.parsers.asciidoc_inline import Attributes, inline
from cncf_llm.corpus.parsers.asciidoc_table import pipe_table
from cncf_llm.corpus.parsers.blocks import Parsed
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.markdown import parse_text

_HEADING = re.compile(r"^(={1,6}|#{1,6})\s+(\S.*?)(?:\s+\1)?$")
_ATTRIBUTE = re.compile(r"^:(!?[\w-]+!?):(?:\s+(.*))?$")
_BLOCK_ATTRIBUTES = re.compile(r"^\[(?!\[)(.*)\]$")
_BLOCK_TITLE = re.compile(r"^\.(?=[^\s.])(.+)$")
_LISTING = re.compile(r"^(?:-{4,}|\.{4,}|(`{3,})([\w-]*))$")
_IGNORED_BLOCK = re.compile(r"^(?:/{4,}|\+{4,})$")
_TRANSPARENT = re.compile(r"^(?:={4,}|\*{4,}|_{4,}|--)$")
_TABLE = re.compile(r"^[|,:!]={3,}$")
_ITEM = re.compile(r"^\s*(\*{1,6}|-|\.{1,6}|\d{1,3}\.|<(?:\.|\d+)>)\s+(?:\[[ xX*]\]\s+)?(\S.*)$")
_TERM = re.compile(r"^\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$")
_ADMONITION = re.compile(r"^(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+")
_SKIPPED = re.compile(
    r"^(?:(?:include|image|video|audio|toc|ifdef|ifndef|ifeval|endif)::.*"
    r"|\[\[.*\]\]|'{3,}|<{3,}|//(?!//).*)$"
)
_DIVIDED_LINK = re.compile(
    r"(https?://[^\s\[\]]{1,2000}\[[^\[\]\n]{0,200})\n(?=[^\[\]\n]{0,200}\])"
)
_CALLOUT = re.compile(r"(?<![ \t])[ \t]*+(?:(?://|#|--)[ \t]*+)?<[\d.]+>[ \t]*+$")


def parse(content: bytes, path: str) -> Parsed:
    """Parse an AsciiDoc file. Raises `Unreadable` as the Markdown parser does."""
    return parse_text(to_markdown(decode(content)), title="", description="")


def to_markdown(text: str) -> str:
    """Return AsciiDoc text as Markdown text."""
    lines = iter(_DIVIDED_LINK.sub(r"\1 ", text).split("\n"))
    out: list[str] = []
    attributes = Attributes()
    marks: list[str] = []  # the marks of the open lists, outermost first
    block = ""  # the attribute line of the next block
    tied = False  # whether the line before was `+`
    for line in (line.rstrip() for line in lines):
        indent = "    " * len(marks) if tied or (out and out[-1].strip()) else ""
        if not line:
            out.append("")
        elif found := _LISTING.match(line):
            body = _until(lines, found[1] or line)
            indent = "    " * len(marks) if tied else ""
            language = found[2] or _language(block)
            fence = "~~~~~~"
            code = [_CALLOUT.sub("", part) for part in body]
            out.extend(["", *(indent + part for part in (fence + language, *code, fence)), ""])
            block = ""
        elif _TABLE.match(line):
            body = _until(lines, line)
            out.extend(["", *pipe_table(body, block, attributes), ""])
            block = ""
        elif _IGNORED_BLOCK.match(line):
            _until(lines, line)
        elif line == "+":
            out.append("")
            tied = True
            continue
        elif _SKIPPED.match(line) or _TRANSPARENT.match(line):
            out.append("")
            block = ""
            if _TRANSPARENT.match(line) and tied:
                continue
        elif found := _ATTRIBUTE.match(line):
            attributes.define(found[1], found[2] or "")
        elif found := _HEADING.match(line):
            marks.clear()
            out.extend(["", f"{'#' * len(found[1])} {inline(found[2], attributes)}", ""])
        elif found := _BLOCK_ATTRIBUTES.match(line):
            block = found[1]
            continue
        elif found := _BLOCK_TITLE.match(line):
            out.extend(["", f"{indent}{inline(found[1], attributes).rstrip(':')}:", ""])
        elif found := _ITEM.match(line):
            out.append(_item(found[1], inline(found[2], attributes), marks))
        elif found := _TERM.match(line):
            marks[:] = ["::"]
            term = inline(found[1], attributes)
            out.append(f"- {term}: {inline(found[3] or '', attributes)}".rstrip())
        else:
            if not indent and not tied:
                marks.clear()
            out.append(indent + inline(_ADMONITION.sub("", line.strip()), attributes))
        tied = False
    return "\n".join(out)


def _until(lines, end: str) -> list[str]:
    """Return the lines up to the one that ends the block, or all that are left."""
    body = []
    for line in lines:
        if line.rstrip() == end:
            break
        body.append(line)
    return body


def _language(block: str) -> str:
    names = [part.strip() for part in block.split(",")]
    return names[1] if len(names) > 1 and names[0] in ("source", "") else ""


def _item(mark: str, text: str, marks: list[str]) -> str:
    """Return a list item at its depth: a mark not seen before opens a list within the last one."""
    kind = "." if mark[0].isdigit() else "<" if mark[0] == "<" else mark
    if kind in marks:
        del marks[marks.index(kind) + 1 :]
    else:
        marks.append(kind)
    shown = "-" if kind[0] in "*-" else "1."
    return f"{'    ' * (len(marks) - 1)}{shown} {text}"
