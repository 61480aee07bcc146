"""Configuration text as code blocks, divided between its keys where it is long."""

import re

from cncf_llm.corpus.parsers.blocks import Block, Code

MAX_WORDS = 220
_NAME = re.compile(r"\s+(?:name|title|id):\s*\S", re.IGNORECASE)


def configuration_blocks(text: str, language: str = "yaml") -> list[Block]:
    """Return a configuration text as code blocks of about `MAX_WORDS` words.

    Long text is divided before keys that are not indented, and a long value before the keys in it;
    its own key is then repeated. A single long value stays whole.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    return [
        Code(language, "\n".join(piece).strip("\n"))
        for part in _packed(_groups(lines, 0))
        for piece in _divided(part)
        if any(line.strip() for line in piece)
    ]


def _divided(lines: list[str]) -> list[list[str]]:
    """Return the lines of one key divided between the keys in it, when they are too many."""
    first = next((n for n, line in enumerate(lines) if _starts(line, 0)), None)
    if _words(lines) <= MAX_WORDS * 1.5 or first is None or first + 1 >= len(lines):
        return [lines]
    head, body = lines[: first + 1], lines[first + 1 :]
    indents = [_indent(line) for line in body if line.strip()]
    if not indents or min(indents) == 0:
        return [lines]
    pieces = _packed(_groups(body, min(indents)))
    again = _repeated(head[-1], body, min(indents))
    return [[*(head if number == 0 else again), *piece] for number, piece in enumerate(pieces)]


def _repeated(head: str, body: list[str], indent: int) -> list[str]:
    """Return what tells where a later piece belongs: the key it is in, or the name of its item."""
    if head.startswith("- "):
        names = (line for line in body if _indent(line) == indent and _NAME.match(line))
        return [f"-{line[1:]}" for line in names if line.startswith(" ")][:1]
    return [head] if head.endswith(":") else []


def _groups(lines: list[str], indent: int) -> list[list[str]]:
    """Return the lines divided before each key of this indent, with the comments above it."""
    groups: list[list[str]] = [[]]
    above: list[str] = []
    for line in lines:
        if not line.strip() or (line.lstrip().startswith("#") and _indent(line) <= indent):
            above.append(line)
        elif _starts(line, indent):
            groups.append([*above, line])
            above = []
        else:
            groups[-1].extend([*above, line])
            above = []
    groups[-1].extend(above)
    return [group for group in groups if group]


def _starts(line: str, indent: int) -> bool:
    return bool(line.strip()) and _indent(line) == indent and not re.match(r"\s*[#\]})]", line)


def _packed(groups: list[list[str]]) -> list[list[str]]:
    """Return neighbouring groups joined as long as they stay below `MAX_WORDS`.

    A last group of few words joins the one before.
    """
    packed: list[list[str]] = []
    for group in groups:
        if packed and _words(packed[-1]) + _words(group) <= MAX_WORDS:
            packed[-1].extend(group)
        else:
            packed.append(list(group))
    if len(packed) > 1 and _words(packed[-1]) < MAX_WORDS // 5:
        packed[-2].extend(packed.pop())
    return packed


def _words(lines: list[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
