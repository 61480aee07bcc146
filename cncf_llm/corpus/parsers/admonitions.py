"""Admonitions and tabs that Markdown itself does not know, turned into plain paragraphs.

MkDocs writes `!!! note "Title"` and `=== "Tab"` with an indented body, Docusaurus and others write
`:::note Title` ... `:::`. The body stays, a title of its own becomes a line before it.
"""

import re

_ANY = re.compile(r"^[ \t]*(?:!!!|\?\?\?|===[+!]? *\"|:::)", re.MULTILINE)
_INDENTED = re.compile(
    r"^(?P<indent> *)(?:(?:!!!|\?\?\?\+?) *(?P<kind>[\w -]*?)|===[+!]?) *(?:\"(?P<title>.*)\")? *$"
)
_COLONS = re.compile(
    r"^ *:{3,} *(?:\{?[\w-]+\}?)? *(?:\[(?P<bracket>.*)\]|(?P<title>[^:{]*))"
    r"(?:\{.*\})? *$"
)
_LONGEST = 500  # characters of a line that opens one
_FENCE = re.compile(r"^ *(`{3,}|~{3,})")


def unwrap_admonitions(text: str) -> str:
    """Return the text with the marks of admonitions and tabs gone and their bodies dedented."""
    if not _ANY.search(text):
        return text
    lines: list[str] = []
    bodies: list[int] = []  # the indent of each open admonition's body
    fence = ""
    for line in text.expandtabs(4).split("\n"):
        if not fence:
            while bodies and line.strip() and _indent(line) < bodies[-1]:
                bodies.pop()
        shown = line[min(4 * len(bodies), _indent(line)) :]
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence) and line.strip() == found[1]:
                fence = ""
        elif fence or len(line) > _LONGEST:
            pass
        elif found := _INDENTED.match(line):
            shown = _titled(shown, found["title"])
            bodies.append(_indent(line) + 4)
        elif found := _COLONS.match(line):
            shown = _titled(shown, found["bracket"] or found["title"])
        lines.append(shown)
    return "\n".join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _titled(shown: str, title: str | None) -> str:
    title = (title or "").strip()
    if not title:
        return ""
    colon = "" if title[-1] in ".:!?" else ":"
    return f"{' ' * _indent(shown)}{title}{colon}\n"
