"""What the statistical component may add to the rules, and which sentences are worth its time.

It is the slow part, and a wrong name costs more than none. So it reads only sentences that hold a
word that looks like a name and that no rule has explained, and its answer must look like its label.
"""

import re
from collections.abc import Collection, Sequence

from cncf_llm.entities.gazetteer import word_list
from cncf_llm.entities.labels import (
    COMPONENT,
    KUBERNETES_KIND,
    ORGANIZATION,
    PLATFORM,
    PROJECT,
    SETTING,
)
from cncf_llm.entities.spans import Span

# A capitalised word inside a sentence or with an inner capital, or a key: targetRef, data_dir.
_NAME_LIKE = re.compile(
    r"(?<![\w./:@$#%{<\\-])(?:[A-Z][\w+#]*[a-z][\w+#-]*|[a-z]+(?:[A-Z][a-z0-9]+)+"
    r"|[a-z]+(?:_[a-z0-9]+)+)(?![\w/(])"
)
_LEARNT = frozenset({PROJECT, COMPONENT, ORGANIZATION, KUBERNETES_KIND, SETTING, PLATFORM})
_KEY = re.compile(r"[a-z]+(?:[A-Z][a-z0-9]*)+|[a-z]+(?:_[a-z0-9]+)+|-{1,2}[a-z][\w-]*")
_NAME = re.compile(r"[A-Z][a-zA-Z0-9+#]*[a-z][\w+#-]*(?: [A-Z][\w+#-]*| \d[\w.]*){0,3}")
_KIND = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")
_KIND_BESIDE = re.compile(r"^ (?:resource|object|custom|CRD|CR\b|kind|spec|API|manifest)")
_KIND_BEFORE = re.compile(r"(?:kind:? |resource |CRD |\b[Aa]n? (?:new )?)$")
_ODD = re.compile(r"[a-z][A-Z]|[A-Za-z]\d|-")

# Words beside a name that only software has.
_SOFTWARE_BEFORE = re.compile(
    r"(?:\b(?:using|uses?|via|with|like|as|install(?:ing|ed)?|deploy(?:ing|ed)?|run(?:s|ning)?"
    r"|supports?|on|from|by|for|to|than|called|named|and|or|of|in|into|through) (?:the )?|, |\(|/)$"
)
_SOFTWARE_AFTER = re.compile(
    r"^(?:'s|’s)? (?:server|cluster|operator|chart|plugin|agent|backend|database|dashboard|client"
    r"|library|SDK|CLI|API|UI|instance|deployment|controller|proxy|integration|documentation|docs"
    r"|exporter|collector|service|container|image|module|provider|query|project|application|tool"
    r"|is an?|supports|provides|exposes|uses|runs|v?\d)"
)


def worth_reading(
    text: str, start: int, end: int, spans: Sequence[Span], ordinary: Collection[str]
) -> bool:
    """Whether a sentence of a text holds a word like a name that is in none of the spans."""
    for match in _NAME_LIKE.finditer(text, start, end):
        word = match[0]
        first = re.match(r"[A-Z]?[a-z]+", word)
        if first and first[0] == word and word.lower() in ordinary:
            continue
        if not any(span.start < match.end() and match.start() < span.end for span in spans):
            return True
    return False


def plausible(span: Span, text: str, beside: Sequence[Span], ordinary: Collection[str]) -> bool:
    """Whether a learnt span of a text looks like its label. `beside` are the spans of the rules."""
    name = span.name
    if span.label not in _LEARNT:
        return False
    if span.label == SETTING:
        return bool(_KEY.fullmatch(name)) and not text.startswith(("(", "[", "="), span.end)
    before, after = text[max(0, span.start - 24) : span.start], text[span.end : span.end + 24]
    if span.label == KUBERNETES_KIND:
        return bool(
            _KIND.fullmatch(name) and (_KIND_BESIDE.match(after) or _KIND_BEFORE.search(before))
        )
    words = name.split()
    if not _NAME.fullmatch(name) or len(name) < 3 or words[0] in word_list("calendar"):
        return False
    if all(word.lower() in ordinary for word in words):
        return False
    used, described = _SOFTWARE_BEFORE.search(before), _SOFTWARE_AFTER.match(after)
    if _ODD.search(name) and (used or described):
        return True
    # a plain capitalised word is as often a person or a place: its neighbours must tell
    listed = any(
        other.label == span.label
        and (
            re.fullmatch(r",? (?:and |or )?|/|, ", text[other.end : span.start] or "-")
            or re.fullmatch(r",? (?:and |or )?|/|, ", text[span.end : other.start] or "-")
        )
        for other in beside
    )
    return listed or bool(len(words) == 1 and used and described)
