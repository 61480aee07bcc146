"""The filters that every fact passes: each returns why the fact is refused, or None."""

import re
from collections.abc import Callable, Iterable

from cncf_llm.questions.blocks import plain
from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.words import normalised, word_set, words

MOST_WORDS = 120  # beyond it an answer is a document, and a small model learns its beginning only
MOST_WORDS_OF = {  # kinds whose answers are sections: half a sequence of the adapters' training
    "how_to": 300,
    "faq": 300,
    "troubleshooting": 300,
    "thread": 300,
    "comparison": 200,
    "release": 200,
}
REPLIES = frozenset(("faq", "troubleshooting", "thread"))  # "It" there is what was asked about
FEWEST_WORDS = 3
LEAST_SUPPORT = 0.85  # share of an answer's words that its passage must contain

_POINTS_AWAY = re.compile(
    r"\b(?:see|shown|described|mentioned|listed|explained|defined|given|discussed|noted|using the"
    r" \w+) (?:above|below|earlier|previously|later)\b"
    r"|\b(?:above|below)[.,:;)]|\b(?:commands?|examples?|steps?|code|snippets?|tables?|figures?"
    r"|diagrams?|sections?|configurations?|instructions|manifests?) (?:above|below)\b"
    r"|\b(?:the|see) (?:above|below|following|next|previous|preceding|last)"
    r" (?:section|chapter|page|table|example|step|paragraph|figure|diagram|list|document)s?\b"
    r"|\b(?:this|these) (?:page|guide|section|documents?|documentation|tutorial|chapter|article|"
    r"readme|table|list|example|diagram|walkthrough|blog)s?\b"
    r"|\b(?:TODO|TBD|FIXME)\b",
    re.IGNORECASE,
)
_OPENS_OUTSIDE = re.compile(
    r"(?:this|these|those|that|it|its|they|he|she|such|here|there|however|also|additionally|"
    r"similarly|likewise|otherwise|instead|therefore|thus|and|but|so|again|same|ditto|same as|"
    r"both of|in this case|in addition|for example)\b",
    re.IGNORECASE,
)
_POINTS_AT_CODE = re.compile(r"(?:this|these) (?:command|quer|rule|manifest|polic|block)", re.I)
_OUTSIDE_IN_QUESTION = re.compile(
    r"\b(?:this|these|those|the following|above|below|our|we|us|here|previous|next|same|another|"
    r"other|following)\b|…|\.\.\.",
    re.IGNORECASE,
)
_LEFTOVER_EVEN_IN_CODE = re.compile(r"\[\[VAR::|\{\{[<%]|\{/\*|\*/\}|\|[a-z]+_[a-z_]+\|")
_LEFTOVER = re.compile(r"\{\{|\}\}|\{%|<!--|</?[a-z]+[^>`]*>\s*</|\[\^?\d+\]|:::|&[a-z]+;")


def check(fact: Fact, project: str, source: str) -> Drop | None:
    """Return why a fact is refused, or None when it passes all filters.

    `project` is the name that questions must say; `source` is the text that must support the
    answer.
    """
    for refusal in (
        has_subject(fact),
        names_project(fact, project),
        long_enough(fact),
        short_enough(fact),
        stands_alone(fact),
        is_complete(fact),
        is_supported(fact, source),
    ):
        if refusal:
            return refusal
    return None


def has_subject(fact: Fact) -> Drop | None:
    """Refuse a fact that is about nothing in particular."""
    if not normalised(fact.subject):
        return Drop("no-subject", _first(fact.answer))
    return None


def names_project(fact: Fact, project: str) -> Drop | None:
    """Refuse questions that do not say which project they are about."""
    for question in (*fact.questions, *fact.held_out):
        if normalised(project) not in normalised(question):
            return Drop("not-self-contained", f"names no project: {question}")
    return None


def long_enough(fact: Fact) -> Drop | None:
    """Refuse an answer that says nothing: too few words, or only the words of the question."""
    said = words(plain(fact.answer))
    asked = set(words(fact.questions[0]))
    if len(said) < FEWEST_WORDS or not set(said) - asked:
        return Drop("answer-too-short", f"{fact.subject}: {fact.answer}")
    return None


def short_enough(fact: Fact) -> Drop | None:
    """Refuse an answer of more words than its kind may have."""
    length = len(fact.answer.split())
    if length > MOST_WORDS_OF.get(fact.kind, MOST_WORDS):
        return Drop("answer-too-long", f"{fact.subject}: {length} words")
    return None


def stands_alone(fact: Fact) -> Drop | None:
    """Refuse questions and answers that need text which the reader does not have."""
    for question in (*fact.questions, *fact.held_out):
        if fact.kind not in REPLIES and _OUTSIDE_IN_QUESTION.search(question):
            return Drop("not-self-contained", question)
    away = _POINTS_AWAY.search(fact.answer)
    if not away and fact.kind not in REPLIES:
        away = _OPENS_OUTSIDE.match(fact.answer)
    if away and "```" in fact.answer and _POINTS_AT_CODE.match(fact.answer):
        away = _POINTS_AWAY.search(fact.answer)
    if away:
        return Drop("not-self-contained", f"{fact.subject}: answer says {away[0]!r}")
    return None


def is_complete(fact: Fact) -> Drop | None:
    """Refuse an answer that breaks off, or that still carries markup of its page."""
    if fact.answer.rstrip().endswith((":", ",", "...", "…", "(")):
        return Drop("answer-incomplete", f"{fact.subject}: ends with {fact.answer[-30:]!r}")
    if fact.answer.count("(") > fact.answer.count(")") and "```" not in fact.answer:
        return Drop("answer-incomplete", f"{fact.subject}: unclosed parenthesis")
    if "`{}`" in fact.answer or "``." in fact.answer:
        return Drop("answer-incomplete", f"{fact.subject}: a template's value is missing")
    leftover = _LEFTOVER_EVEN_IN_CODE.search(fact.answer) or _LEFTOVER.search(
        re.sub(r"```.*?```|`[^`]*`", "", fact.answer, flags=re.DOTALL)
    )
    if leftover:
        return Drop("answer-incomplete", f"{fact.subject}: markup {leftover[0]!r}")
    return None


def is_supported(fact: Fact, source: str) -> Drop | None:
    """Refuse an answer whose words are not in its source.

    Words of the subject count as supported: an answer may name what it is about. The share is
    lexical: it catches an invented answer, not a negated one.
    """
    known = set(words(source)) | set(words(fact.subject)) | _SMALL_WORDS
    said = [word for word in words(fact.answer) if word not in _SMALL_WORDS]
    supported = sum(word in known for word in said)
    if supported < LEAST_SUPPORT * len(said):
        missing = sorted({word for word in said if word not in known})[:5]
        return Drop("unsupported-answer", f"{fact.subject}: not in source: {', '.join(missing)}")
    return None


def sift(
    facts: Iterable[Fact | Drop], refuse: Callable[[Fact], Drop | None]
) -> tuple[list[Fact], list[Drop]]:
    """Return the facts that pass, and a drop for each one that does not."""
    kept: list[Fact] = []
    drops: list[Drop] = []
    for found in facts:
        refusal = found if isinstance(found, Drop) else refuse(found)
        if refusal:
            drops.append(refusal)
        elif isinstance(found, Fact):
            kept.append(found)
    return kept, drops


_SMALL_WORDS = word_set(
    "a an the is are of in on to for and or by with its it default defaults run bash sh yaml"
)


def _first(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
