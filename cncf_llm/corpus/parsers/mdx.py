"""MDX: Markdown with JavaScript imports, expressions and JSX components: only text stays."""

import re

from cncf_llm.corpus.parsers.blocks import Parsed
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.front_matter import split_front_matter
from cncf_llm.corpus.parsers.markdown import outside_code, parse_text

_MAX_MARKUP = 20_000  # characters of one tag or expression; longer ones are taken as text
_STATEMENT = re.compile(r"^(?:import|export)\s.*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)
_CODE_BLOCK = re.compile(
    r"<CodeBlock\b(?P<attributes>[^>]*)>\s*\{\s*`(?P<code>.*?)`\s*\}\s*</CodeBlock>", re.DOTALL
)
_STEP = re.compile(
    r"(?P<code>`+)(?!`).*?(?<!`)(?P=code)(?!`)|\\[{<]|(?P<tag></?(?:[A-Za-z>]))"
    r"|(?P<brace>\{)",
    re.DOTALL,
)
_BRACES = re.compile(r"[{}]")
_LABEL = re.compile(r"\b(?:label|title|summary)\s*=\s*\{?\s*(?:\"([^\"]*)\"|'([^']*)')")
_STRING = re.compile(r"\{\s*(['\"`])((?:(?!\1)[^\\])*)\1\s*\}", re.DOTALL)


def parse(content: bytes, path: str) -> Parsed:
    """Parse an MDX file. Raises `Unreadable` as `decode` does."""
    title, description, text = split_front_matter(decode(content))
    text = outside_code(text, lambda part: _CODE_BLOCK.sub(_fence, part))
    text = outside_code(text, _without_javascript)
    return parse_text(text, title=title, description=description, indented_code=False)


def _fence(found: re.Match[str]) -> str:
    language = re.search(r"language\s*=\s*\{?[\"'](\w+)", found["attributes"])
    code = found["code"].strip("\n")
    return f"\n```{language[1] if language else ''}\n{code}\n```\n"


def _without_javascript(text: str) -> str:
    return _without_markup(_STATEMENT.sub("", text))


def _without_markup(text: str) -> str:
    """Remove components and expressions. A component's label or title becomes a line of its own."""
    braces = _matching_braces(text)
    parts, position = [], 0
    while found := _STEP.search(text, position):
        parts.append(text[position : found.start()])
        end = found.end()
        if found["tag"]:
            end = _tag_end(text, found.start(), braces)
            parts.append(_tag_text(text[found.start() : end]))
        elif found["brace"]:
            end = braces.get(found.start(), end)
            parts.append(_expression_text(text[found.start() : end]))
        else:
            parts.append(found[0])
        position = end
    parts.append(text[position:])
    return "".join(parts)


def _tag_text(tag: str) -> str:
    if len(tag) <= 2:
        return tag  # a bare `<`: no tag after all
    if not tag[1:2].isupper() and not tag.startswith(("<>", "</>")) and not tag[2:3].isupper():
        return re.sub(r"\s[\w-]+=\{.*\}", "", tag, flags=re.DOTALL)  # HTML: read with the Markdown
    label = _LABEL.search(tag)
    return f"\n\n{label[1] or label[2]}:\n\n" if label and (label[1] or label[2]) else ""


def _expression_text(expression: str) -> str:
    if len(expression) <= 1:
        return expression
    text = _STRING.fullmatch(expression)
    return text[2] if text else ""


def _tag_end(text: str, start: int, braces: dict[int, int]) -> int:
    """Return the position after the tag that starts here, or after its `<` where none does."""
    position, limit = start + 1, min(len(text), start + _MAX_MARKUP)
    while position < limit:
        character = text[position]
        if character == ">":
            return position + 1
        if character == "{":
            position = braces.get(position, position + 1)
            continue
        if character in "\"'" and text[position - 1] == "=":
            closing = text.find(character, position + 1, limit)
            if closing < 0:
                break
            position = closing
        elif character == "<":
            break
        position += 1
    return start + 1


def _matching_braces(text: str) -> dict[int, int]:
    """Return the position after the matching brace for each opening one that has a match."""
    ends: dict[int, int] = {}
    open_braces: list[int] = []
    for found in _BRACES.finditer(text):
        if found[0] == "{":
            open_braces.append(found.start())
        elif open_braces:
            start = open_braces.pop()
            if found.end() - start <= _MAX_MARKUP:
                ends[start] = found.end()
    return ends
