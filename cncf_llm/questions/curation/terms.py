"""The words of a text that carry its meaning, and the names in it that must be exact."""

import re
from functools import lru_cache

from cncf_llm.questions.blocks import without_links
from cncf_llm.questions.words import word_set, words

_STOP = word_set(
    "a about after all also an and any are as at be because been before being both but by can "
    "could did do does doing done each either else every few for from further had has have having "
    "her here hers him his how i if in into is it its just may me might more most must my no nor "
    "not of off on once one only or other our out over own per same shall she should so some such "
    "than that the their them then there these they this those through to too under until up upon "
    "us use used uses using very via was we were what when where whether which while who whom whose"
    " why will with within without would yes yet you your"
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "ly", "e")
_TURNS = word_set("no not never cannot without off before after enable disable")
_SPELLED = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_SPAN = re.compile(r"```[^\n`]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])v?\d+(?:[.:]\d+|,\d{3}(?!\d))*")
_NAME = re.compile(
    r"(?<![\w-])--?[a-zA-Z][\w.-]*\w"  # flags
    r"|\b\w+(?:[_./:@-]\w+)*[_/:@]\w+\b"  # paths, snake_case, images
    r"|\b[a-z]+[A-Z]\w*\b|\b[A-Z][a-z0-9]+(?:[A-Z]+[a-z0-9]*)+\b"  # camelCase, CamelCase
    r"|\b[A-Z][A-Z0-9_]+\b"  # CONSTANTS and abbreviations
    r"|\b[A-Za-z]+\d[\w.]*\b"  # sha256, m5.large
)
_PROPER = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+\b")
_PART = re.compile(r"[^\s=,;|()\[\]{}<>\"'`]+")


def stem(word: str) -> str:
    """Return a word without a common English ending: "configures" and "configuring" are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=5000)  # texts are compared with many others
def content_words(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words that are not function words, in order."""
    return tuple(stem(_SPELLED.get(word, word)) for word in words(text) if word not in _STOP)


@lru_cache(maxsize=5000)
def exact_names(text: str) -> frozenset[str]:
    """Return numbers, versions, flags, kinds, paths, parts of code and proper names of a text.

    In lower case. Whoever states one of them differently states something else.
    """
    text = without_links(text)
    found = {
        part.strip(".:-!?\\").lower()
        for span in _SPAN.finditer(text)
        for part in _PART.findall(_without_comments(span[1] or span[2] or ""))
    }
    prose = _SPAN.sub(" ", text)
    found |= {match.strip(".").lower() for match in _NUMBER.findall(prose)}
    found |= {match.lower().lstrip("-") for match in _NAME.findall(prose)}
    found |= {match.lower() for match in _PROPER.findall(prose)}
    return frozenset(name for name in found if any(map(str.isalnum, name)))


def agree_on_names(text: str, other: str) -> bool:
    """Tell whether two texts have the words of each other's names, and turn nothing round."""
    said, said_too = set(words(text)), set(words(other))
    if said & _TURNS != said_too & _TURNS:
        return False
    return all(said_too.issuperset(words(name)) for name in exact_names(text)) and all(
        said.issuperset(words(name)) for name in exact_names(other)
    )


def _without_comments(code: str) -> str:
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("#"))
