"""Known names in a text: the longest form at each word, in one pass over the words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.spans import Span

# A form starts with a word, or with the dot of ".NET".
_START = re.compile(r"(?<![\w$@#%{\\])(?:\.(?=[A-Z])|(?<!\.)\b)[A-Za-z0-9]+")
_FIRST = re.compile(r"\.?[A-Za-z0-9]+")

# What may join a name in lower case to the next word: "kubernetes-native", not "nginx-2".
_SUFFIX = re.compile(
    r"-(?:native|based|compatible|like|style|aware|specific|managed|enabled|level|only|side"
    r"|related|to|related|friendly|driven|free|wide|scoped|backed|powered|ready)\b"
)


@dataclass(frozen=True)
class Lexicon:
    """Forms by their first word, the longest first; each with its label and its entity's name."""

    by_first: Mapping[str, tuple[tuple[str, str, str], ...]]

    def find(self, text: str) -> Iterator[Span]:
        """Yield the known names in `text`, from left to right and without overlaps."""
        done = 0
        by_first = self.by_first
        for match in _START.finditer(text):
            forms = by_first.get(match[0])
            start = match.start()
            if forms is None or start < done:
                continue
            for form, label, name in forms:
                if text.startswith(form, start) and _stands_alone(text, start, form):
                    done = start + len(form)
                    yield Span(start, done, label, name, "gazetteer")
                    break

    def name_of(self, text: str, label: str) -> str | None:
        """Return the name of the entity that a form stands for, or None when it is unknown."""
        first = _FIRST.match(text)
        for form, its_label, name in self.by_first.get(first[0], ()) if first else ():
            if form == text and its_label == label:
                return name
        return None


def build_lexicon(gazetteer: Gazetteer) -> Lexicon:
    """Index the forms of a gazetteer. A form that starts with no word is not found in a text."""
    return lexicon_of((form, e.label, e.name) for e in gazetteer.entries for form in e.forms)


def lexicon_of(forms: Iterable[tuple[str, str, str]]) -> Lexicon:
    """Index forms, each with its label and its entity's name."""
    by_first: dict[str, list[tuple[str, str, str]]] = {}
    for row in forms:
        first = _FIRST.match(row[0])
        if first:
            by_first.setdefault(first[0], []).append(row)
    return Lexicon(
        {
            first: tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))
            for first, rows in sorted(by_first.items())
        }
    )


def _stands_alone(text: str, start: int, form: str) -> bool:
    """Whether a form is a word of its own here, and no part of a path, host or longer word."""
    end = start + len(form)
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    beyond = text[end + 1] if end + 1 < len(text) else " "
    if after.isalnum() or after == "_" or (after in ".:" and (beyond.isalnum() or beyond == "/")):
        return False
    if after == "/" and beyond == "/":
        return False
    low = form[0].islower() and " " not in form
    if before == "-" and (low or form[0].isdigit()):
        return start > 1 and not text[start - 2].isalnum()
    if before == "/" or after == "/":
        return not low or (before != "/" and beyond.isupper())
    if after == "-" and low and beyond.isalnum():
        return bool(_SUFFIX.match(text, end))
    return not (after in "=@" and low)
