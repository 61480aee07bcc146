"""MDX: Markdown with JavaScript imports, expressions and JSX components: only text stays."""

import re

from cncf_llm.corpus.parsers.blocks import Parsed
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.front_matter import split_front_matter
from cncf_llm.corpus.parsers.markdown import outside_code, parse_text, sub_paired

_MAX_MARKUP = 20_000  # characters of one tag or expression; longer ones are taken as text
_MAX_UNFINISHED = 200  # tags
_STATEMENT = re.compile(r"^(?:import|export)\s.*?(?=\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)
_CODE_BLOCK = re.compile(
    r"<CodeBlock\b(?P<attributes>[^<>]*)>\s*\{\s*`(?P<code>.*?)`\s*\}\s*</CodeBlock>", re.DOTALL
)
_CODE_BLOCK_END = re.compile(r"`\s*\}\s*</CodeBlock>")
_STEP = re.compile(r"(?P<code>`+)|\\[{<]|(?P<tag></?(?:[A-Za-z>]))|(?P<brace>\{)")
_BACKTICKS = re.compile("`+")
_BRACES = re.compile(r"[{}]")
_LABEL = re.compile(r"\b(?:label|title|summary)\s*+=\s*+(?:\{\s*+)?(?:\"([^\"]*)\"|'([^']*)')")
_STRING = re.compile(r"\{\s*(['\"`])((?:(?!\1)[^\\])*)\1\s*\}", re.DOTALL)


def parse(content: bytes, path: str) -> Parsed:
    """Parse an MDX file. Raises `Unreadable` as `decode` does."""
    title, description, text = split_front_matter(decode(content))
    text = outside_code(text, lambda part: sub_paired(_CODE_BLOCK, _CODE_BLOCK_END, _fence, part))
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
    spans = _code_spans(text)
    unfinished = 0
    parts, position = [], 0
    while found := _STEP.search(text, position):
        parts.append(text[position : found.start()])
        end = found.end()
        if found["code"]:
            end = spans.get(found.start(), end)
            parts.append(text[found.start() : end])
        elif found["tag"]:
            # A tag without an end is looked through up to its limit, so only so many are.
            if unfinished < _MAX_UNFINISHED:
                end = _tag_end(text, found.start(), braces)
                unfinished += end == found.start() + 1
            else:
                end = found.start() + 1
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
        last = tag.rfind("}") + 1  # after it no attribute can end
        head = re.sub(r"\s[\w-]+=\{.*\}", "", tag[:last], flags=re.DOTALL)
        return head + tag[last:]  # HTML: read with the Markdown
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


def _code_spans(text: str) -> dict[int, int]:
    """Return the position after the code span for each run of back-ticks that opens one.

    A span ends with the next run of the same length.
    """
    ends: dict[int, int] = {}
    following: dict[int, int] = {}  # length of a run -> the end of the next one of this length
    for found in reversed(list(_BACKTICKS.finditer(text))):
        length = len(found[0])
        if length in following:
            ends[found.start()] = following[length]
        following[length] = found.end()
    return ends


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
