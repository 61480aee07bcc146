"""Sentences of a paragraph, and the case of a heading."""

import re
from collections.abc import Iterable

from cncf_llm.questions.words import word_set

_END = re.compile(r"(?<=[.!?])[\"')*_`]*\s+(?=[A-Z`*_\"'(\[])")
_NO_END = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|St|Dr|Mr|Ms|No)\.|\s[A-Z]\.)$")
_POINTER = re.compile(
    r"(?:for (?:more|further|details|an example)|(?:learn )?more (?:information|details|on|about)"
    r"|(?:please )?(?:see|view|read|refer|check out|visit))\b"
    r"|(?:this|the following|the rest of (?:this|the)) (?:document|specification"
    r"|page|guide|section|chapter|article|tutorial)\b",
    re.IGNORECASE,
)
_LEADS_ON = re.compile(
    rf"{_POINTER.pattern}|the following\b|next,|in the next|you can (?:find|read) more|now you can",
    re.IGNORECASE,
)


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


def points_elsewhere(sentence: str) -> bool:
    """Tell whether a sentence only says where to read on, or what its page is about."""
    return _POINTER.match(sentence) is not None


def without_pointers(answer: str) -> str:
    """Return an answer of one paragraph without closing sentences such as "See the guide."."""
    if "\n" in answer:
        return answer
    kept = sentences(answer)
    while len(kept) > 1 and points_elsewhere(kept[-1]):
        kept.pop()
    return " ".join(kept)


def without_last_pointer(text: str) -> str:
    """Return Markdown without a last paragraph that only leads on to what comes next."""
    body, _, last = text.strip().rpartition("\n\n")
    is_prose = re.match(r"[A-Z]", last) and "```" not in last
    if body and is_prose and all(_LEADS_ON.match(each) for each in sentences(last)):
        return without_last_pointer(body)
    return text.strip()


def sentence_case(heading: str, text: str, names: Iterable[str] = ()) -> str:
    """Return a heading as it would stand inside a sentence.

    A capitalised word goes to lower case when the text under the heading has it in lower case too.
    In A Heading Where Each Word Is Capitalised, so does each word that neither the text has
    capitalised inside a sentence nor one of `names` contains.
    """
    prose = re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL)
    ordinary = set(re.findall(r"(?<![\w/.-])[a-z][a-z-]+(?![\w/-]|\.\w)", prose))
    proper = set(re.findall(r"(?<=[a-z,;] )[A-Z][a-z-]+\b", prose))
    proper.update(word for name in names for word in name.split())
    tokens = heading.split()
    title_case = all(_bare(word)[:1].isupper() for word in tokens if len(_bare(word)) > 3)
    return " ".join(_lower(word, ordinary, proper if title_case else None) for word in tokens)


_SMALL = word_set(
    "a an and as at by for from in into of on or the to up with your its their this that new "
    "using via without between after before when all existing multiple"
)


def _lower(word: str, ordinary: set[str], proper: set[str] | None) -> str:
    bare = _bare(word)
    if not re.fullmatch(r"[A-Z][a-z-]+", bare):
        return word  # acronyms, CamelCase, code and versions keep their case
    common = bare.lower() in _SMALL or bare.lower() in ordinary
    if common or (proper is not None and bare not in proper):
        return word.lower()
    return word


def _bare(word: str) -> str:
    return word.strip("`*_\"'(),.:;?!")
