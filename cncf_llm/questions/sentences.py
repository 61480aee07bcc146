"""Sentences of a paragraph, and the case of a heading."""

import re

from cncf_llm.questions.words import word_set

_END = re.compile(r"(?<=[.!?])[\"')*_`]*\s+(?=[A-Z`*_\"'(\[])")
_NO_END = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|St|Dr|Mr|Ms|No)\.|\s[A-Z]\.)$")


def sentences(paragraph: str) -> list[str]:
    """Split a paragraph into sentences; "e.g." and initials end none."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(paragraph):
        candidate = paragraph[start : match.start()]
        if not _NO_END.search(candidate):
            found.append(paragraph[start : match.end()].strip())
            start = match.end()
    rest = paragraph[start:].strip()
    return [*found, rest] if rest else found


def sentence_case(heading: str, text: str) -> str:
    """Return a heading as it would stand inside a sentence.

    A capitalised word goes to lower case when it is an ordinary word, which it is when the text
    under the heading also has it in lower case, or when every heading would capitalise it.
    """
    known = set(re.findall(r"(?<![\w/.-])[a-z][a-z-]+(?![\w/-]|\.\w)", _without_code(text)))
    words = [_lower(word, known) for word in heading.split()]
    return " ".join(words)


_SMALL = word_set(
    "a an and as at by for from in into of on or the to up with your its their this that new "
    "using via without between after before when all existing multiple"
)


def _lower(word: str, known: set[str]) -> str:
    bare = word.strip("`*_\"'(),.:;?!")
    if not re.fullmatch(r"[A-Z][a-z-]+", bare):
        return word  # acronyms, CamelCase, code and versions keep their case
    return word.lower() if bare.lower() in _SMALL or bare.lower() in known else word


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL)
