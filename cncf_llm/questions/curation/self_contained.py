"""Can the question be answered by one who knows the subject, with no document in hand?"""

import re

from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.curation.terms import exact_names
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import normalised, words

_POINTS = re.compile(
    r"\b(?:the|(?:this|that|these|those|given|provided|above|following|previous|next|same|cited)"
    r"(?: \w+)?) (?:page|guide|section|document|documentation|text|passage|excerpt|context|article|"
    r"tutorial|chapter|paragraph|table|figure|diagram|snippet|listing|readme|author|writer)s?\b"
    r"|\baccording to (?:it|this|that|the (?:doc|text|passage|author|article|page|guide|excerpt))"
    r"|\b(?:mentioned|described|shown|listed|explained|discussed|provided|quoted|stated)"
    r" (?:above|below|here|earlier|previously)\b"
    r"|\bthe following\b|\b(?:above|below)\s*[?.,:]|\bas (?:above|below|shown)\b|…|\.\.\.",
    re.IGNORECASE,
)
_DEMONSTRATIVE = re.compile(
    r"\b(?:this|these)\b(?! (?:is|are) (?:not )?(?:possible|needed))|^(?:\w+ ){0,3}those\b"
    r"|^(?:what|why|how|when|where|who|which)\b.{0,20}\bthat (?:mean|do|work|happen)",
    re.IGNORECASE,
)
# "This is about "Sync waves" in Argo CD. ...": what follows is named there.
_INTRODUCED = re.compile(
    r"^This is about (?=[\"'`A-Z])|\bthis (?:problem|error|message|warning|issue|situation)(?=:)"
)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|he|she|his|her)\b", re.IGNORECASE)
_EMPTY_SUBJECT = re.compile(
    r"\bthe (?:default |new |given |first |second |other |main |example )?(?:command|flag|option|"
    r"feature|setting|parameter|field|example|file|tool|project|plugin|method|function|script|"
    r"value|resource|product|software|application|variable|argument|mode|operator|component|"
    r"library|service|step|process|tag|label|key|property)s?\b"
    r"(?=\s*(?:[?.,;:]|$)| (?:in|do|does|is|are|was|has|have|mean|work|be|if|when|and|or)\b)",
    re.IGNORECASE,
)
_QUESTION_WORDS = frozenset(
    "what which who why how when where is are does do can the a an in of for to and it i you "
    "should must will would could name give tell list say".split()
)


def is_self_contained(case: Case) -> Drop | None:
    """Refuse a question that points at a text, or that leaves its subject unnamed.

    A pronoun needs something before it in the question that it can stand for.
    """
    question = case.question
    bare = _INTRODUCED.sub("", question)
    if pointer := _POINTS.search(bare) or _DEMONSTRATIVE.search(bare):
        return Drop("not-self-contained", f"{pointer[0]!r} in: {question}")
    names = exact_names(question) - set(words(case.project))
    pronoun = _PRONOUN.search(question)
    if pronoun and not names and not _names_something(question[: pronoun.start()], case.project):
        return Drop("not-self-contained", f"{pronoun[0]!r} stands for nothing in: {question}")
    empty = _EMPTY_SUBJECT.search(question)
    if empty and not names and "```" not in question:
        return Drop("not-self-contained", f"{empty[0]!r} is not named in: {question}")
    return None


def _names_something(before: str, project: str) -> bool:
    """Tell whether a pronoun has a noun before it: the project, or three words of content."""
    said = [word for word in words(before) if word not in _QUESTION_WORDS]
    named = bool(project) and normalised(project) in normalised(before)
    return named or len(said) >= 2
