"""Is each sentence of an answer supported by its passages? By words and names, without a model.

Each sentence's content words must be in the passages, and each number, version, flag, kind and
name exactly. This catches what is invented. It does not catch a negation or two facts exchanged:
for these there are the tiers `nli` and `judge`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from cncf_llm.questions.curation.case import Case, prose_of
from cncf_llm.questions.curation.terms import content_words, exact_names, stem
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.sentences import sentences
from cncf_llm.questions.words import word_set, words

LEAST_WORDS = 0.6  # share of a sentence's content words
MOST_MISSING = 0.1  # share of an answer's names, of which a long block of code may lack a few
_MANY_NAMES = 20
_NUMBER = re.compile(r"\d+(?:[.:]\d+|,\d{3}(?!\d))*")
# What generators and careful writers add of their own.
_GLUE = frozenset(
    map(
        stem,
        word_set(
            "default value means need run command set flag option accepts type called defined works"
            " follows project found example following steps first then available supports provides"
            " exposes requires documentation mention specified stated date named"
        ),
    )
)


def support_of(case: Case) -> float:
    """Return the support of the answer's weakest sentence: a share of words, 0..1."""
    known = _known(case)
    return min((_share(sentence, known) for sentence in _sentences(case.answer)), default=1.0)


def is_supported(case: Case) -> Drop | None:
    """Refuse an answer with a sentence or a name that its passages do not have."""
    known = _known(case)
    for sentence in _sentences(case.answer):
        if _share(sentence, known) < LEAST_WORDS:
            missing = [word for word in content_words(sentence) if word not in known]
            return Drop("unsupported-answer", f"not in source: {', '.join(missing[:6])}")
    return _has_names(case)


def _has_names(case: Case) -> Drop | None:
    answer = prose_of(case.answer) if case.kind == "yaml" else case.answer
    names = exact_names(answer)
    parts = [_exact(f"{case.question}\n{case.subject}\n{case.project}")]
    parts += map(_exact, case.sources)
    text = "\n".join(part for part, _ in parts)
    held = frozenset[str]().union(*(held for _, held in parts))
    missing = sorted(name for name in names if not _within(name, text, held))
    allowed = int(MOST_MISSING * len(names)) if len(names) >= _MANY_NAMES else 0
    if len(missing) > allowed or any(map(_NUMBER.fullmatch, missing)):
        return Drop("unsupported-name", f"not in source: {', '.join(missing[:6])}")
    return None


def _within(name: str, text: str, held: frozenset[str]) -> bool:
    """Tell whether a text has a name: whole, or each of its words where punctuation differs."""
    name = name.replace("\\", "")
    if name in held:
        return True
    if _NUMBER.fullmatch(name.lstrip("v")):
        return name.lstrip("v") in held
    return name in text or all(word in held for word in words(name))


def _known(case: Case) -> frozenset[str]:
    asked = content_words(f"{case.question} {case.subject} {case.project}")
    return _GLUE.union(asked, *map(_content, case.sources))


@lru_cache(maxsize=2000)  # the pairs of a passage come one after another
def _content(source: str) -> frozenset[str]:
    return frozenset(content_words(source))


@lru_cache(maxsize=2000)
def _exact(source: str) -> tuple[str, frozenset[str]]:
    """Return a source on one line without marks, and its words and numbers."""
    text = " ".join(source.lower().replace("`", "").replace("\\", "").split())
    numbers = set(_NUMBER.findall(text))
    numbers |= {part for each in numbers for part in re.split("[:,]", each)}
    return text, frozenset(each for each in words(text) if not each.isdigit()) | numbers


def _sentences(answer: str) -> Iterable[str]:
    for block in answer.split("\n"):
        if block.startswith("```"):
            continue
        yield from (each for each in sentences(block) if any(map(str.isalpha, each)))


def _share(sentence: str, known: frozenset[str]) -> float:
    said = content_words(sentence)
    return sum(word in known for word in said) / len(said) if said else 1.0
