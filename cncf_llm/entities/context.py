"""What the words and the markup around a name say about it.

Which label does a marked word have ("the `addresses` field"), is this number a version ("Helm
3.13"), is this kind or command the name of a component ("the Job controller").
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cncf_llm.entities.gazetteer import word_list
from cncf_llm.entities.labels import (
    COMMAND,
    COMPONENT,
    KUBERNETES_KIND,
    METRIC,
    PROJECT,
    SETTING,
    VERSION,
)
from cncf_llm.entities.patterns import ENVIRONMENT, FLAG, shape_of
from cncf_llm.entities.plain import Unit
from cncf_llm.entities.spans import Span

_SETTING_NOUN = (
    r"(?:command[- ]line )?(?:field|flag|option|parameter|setting|annotation|environment variable"
    r"|variable|env var|property|properties|key|attribute|argument|label|knob|feature gate|input)s?"
)
_COMPONENT_NOUN = (
    r"(?:plugin|controller|component|extension|daemon|subsystem|scaler|trigger|processor|receiver"
    r"|connector|snapshotter|sidecar|middleware|binary|microservice|collector|exporter|service"
    r"|container|deployment|pod)s?"
)
_COMPONENT_NOUN_STRICT = (
    r"(?:plugin|controller|component|extension|daemon|subsystem|scaler|trigger|processor|receiver"
    r"|connector|snapshotter|exporter)s?"
)
_KIND_NOUN = r"(?:resource|object|custom resource|CRD|kind|CR|API|manifest)s?"

_AFTER = {
    SETTING: re.compile(rf" {_SETTING_NOUN}\b", re.I),
    COMPONENT: re.compile(rf" {_COMPONENT_NOUN_STRICT}\b", re.I),
    METRIC: re.compile(r" (?:\w+ )?(?:metric|counter|gauge|histogram|time series)s?\b", re.I),
    KUBERNETES_KIND: re.compile(rf" {_KIND_NOUN}\b"),
}
_BEFORE = {
    SETTING: re.compile(rf"\b{_SETTING_NOUN}(?: (?:is|are|named|called))?:? $", re.I),
    METRIC: re.compile(r"\bmetrics?(?: (?:named|called))?:? $", re.I),
}

_IDENTIFIER = re.compile(r"[A-Za-z_][\w.\-/]*(?:\[[\w*]*\][\w.]*)*")
_KEY_LIKE = re.compile(r"[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+|[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_CAMEL = re.compile(r"(?:[A-Z][a-z0-9]+){2,}s?|[A-Z]{2,}[a-z][A-Za-z]+")

_VERSION_BEFORE = re.compile(
    r"(?:\b(?:versions?|releases?|since|before|after|until|from|to|in|as of|>=?|<=?|than"
    r"|upgrading to|and|or)) $",
    re.I,
)
_VERSION_SURE = re.compile(r"\b(?:versions?|releases?|since|as of)(?: of)? $", re.I)
_NUMBER = re.compile(r"(?<![\w.,/:$#-])\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?:\+|(?![\w.%]*\w|%))")
_VERSION_AFTER = re.compile(r"^(?:,? (?:or|and) (?:newer|later|higher|above|older)|\+| release\b)")


def marked_spans(unit: Unit, executables: Iterable[str], alone: frozenset[str]) -> Iterator[Span]:
    """Yield what back-ticks and the words beside them, or beside a key-like word, give away."""
    text = unit.text
    known = frozenset(executables)
    for start, end in unit.code:
        word = text[start:end].strip()
        start = text.index(word, start) if word else start
        end = start + len(word)
        span = _in_code(word, text[:start], text[end : end + 40], known, alone)
        if span is None and _starts_a_definition(unit, start, end) and _names_a_key(word):
            span = SETTING, word
        if span:
            label, name = span
            yield Span(start, start + len(name), label, name, "pattern")
    for start, end in unit.stressed:
        word = text[start:end]
        if (
            _IDENTIFIER.fullmatch(word)
            and word[0].islower()
            and word not in word_list("function_words")
        ):
            for label in (COMPONENT, SETTING):
                if _AFTER[label].match(text, end):
                    yield Span(start, end, label, word, "pattern")
                    break
    for match in _KEY_LIKE.finditer(text):
        # a key-like word in running text, outside back-ticks, needs its noun
        whole = text[match.start() - 1 : match.end() + 1] if match.start() else text[: match.end()]
        if re.search(r"[\w./-]" + re.escape(match[0]) + "|" + re.escape(match[0]) + r"[(/]", whole):
            continue
        if _AFTER[METRIC].match(text, match.end()):
            yield Span(*match.span(), METRIC, match[0], "pattern")
        elif _AFTER[SETTING].match(text, match.end()):
            yield Span(*match.span(), SETTING, match[0], "pattern")


_CAMEL_KIND = re.compile(
    rf"(?<![\w./`-])(?:{_CAMEL.pattern})(?= (?:custom )?(?:resources?|objects?|CRDs?|CRs?)\b)"
)
_OWN_NAME = re.compile(
    r" (?:(?:[A-Z][A-Za-z]+|eBPF) ){0,2}"
    r"(?:Operator|Server|Agent|Controller|Proxy|Dashboard|Exporter|Injector|Autoscaler|Scheduler|SDK|Daemon|Shim|Webhook|Plugin|Adapter|Provisioner|Add-on|Client)\b"
)


def kinds_by_noun(text: str) -> Iterator[Span]:
    """Yield words such as KedaController before "resource" or "CRD"."""
    for match in _CAMEL_KIND.finditer(text):
        yield Span(*match.span(), KUBERNETES_KIND, match[0], "pattern")


def own_names(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """Yield a project's name with the capitalised words of its component: Argo CD Repo Server.

    Of Kubernetes every tool is an operator or a controller, so there it names nothing.
    """
    for span in names:
        if span.label == PROJECT and span.name != "Kubernetes":
            match = _OWN_NAME.match(text, span.end)
            if match:
                name = text[span.start : match.end()]
                yield Span(span.start, match.end(), COMPONENT, name, "pattern")


def _in_code(
    word: str, before: str, after: str, executables: frozenset[str], alone: frozenset[str]
) -> tuple[str, str] | None:
    """Return the label of a word in back-ticks, and the part of it that is the name."""
    first, _, rest = word.removeprefix("$ ").partition(" ")
    if first in executables and rest and len(word) <= 100 and "|" not in word:
        return COMMAND, word.removeprefix("$ ")
    if first in alone and not rest:
        return COMMAND, word
    flag = re.fullmatch(rf"({FLAG}|-[A-Za-z])(?:[= ].*)?", word)
    if flag:
        return SETTING, flag[1]
    assigned = re.fullmatch(rf"({ENVIRONMENT})=\S*", word)
    if assigned:
        return SETTING, assigned[1]
    if not _IDENTIFIER.fullmatch(word) or word in word_list("function_words") or len(word) > 80:
        return None
    shape = shape_of(word)
    if shape == METRIC:
        return METRIC, word
    for label in (METRIC, SETTING, COMPONENT):
        if label == COMPONENT and not word[0].islower():
            continue
        if _AFTER[label].match(after) and not (label == METRIC and not re.search("[_.:]", word)):
            return label, word
    if _CAMEL.fullmatch(word) and _AFTER[KUBERNETES_KIND].match(after):
        return KUBERNETES_KIND, word
    for label, pattern in _BEFORE.items():
        named = word[0].islower() and (label == SETTING or re.search("[_.:]", word))
        if named and pattern.search(before):
            return label, word
    if shape:
        return None  # the pipeline finds it by its shape
    if _KEY_LIKE.fullmatch(word):
        return SETTING, word
    return None


def _starts_a_definition(unit: Unit, start: int, end: int) -> bool:
    """Whether the word is what a reference list or table defines."""
    if start > 1:
        return False
    if unit.kind == "cell":
        return unit.header in word_list("setting_columns") and end >= len(unit.text) - 1
    return unit.kind == "item" and bool(
        re.match(r" ?(?:\([^)]*\) ?)?(?::| [-–—] )", unit.text[end:])
    )


def _names_a_key(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z][\w.\-]*(?:\[\w*\][\w.]*)*", word)) and shape_of(word) is None


def versions(unit: Unit, names: Iterable[Span]) -> Iterator[Span]:
    """Yield numbers such as 3.13 that are versions: after a project's name, or as words say."""
    text = unit.text
    ends = {span.end for span in names if span.label in (PROJECT, COMPONENT)}
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before = text[max(0, start - 24) : start]
        named = start - 1 in ends and text[start - 1] == " "
        listed = _VERSION_BEFORE.search(before) and _VERSION_AFTER.match(text[end : end + 20])
        if named or listed or _VERSION_SURE.search(before):
            yield Span(start, end, VERSION, match[0], "pattern")


_TOOL_AFTER = re.compile(r" (?:command[- ]line|CLI|tool|binary|binaries|utility|client|plugins?)\b")
_CONTROLLER_AFTER = re.compile(r" controllers?\b")


def as_tool(span: Span, text: str) -> Span:
    """Return the span as the component that it describes: "the kubectl tool", "the Job controller".

    An Ingress or Gateway controller is a concept, and stays what it is.
    """
    if (
        span.label == COMMAND
        and " " not in span.name
        and (
            _TOOL_AFTER.match(text, span.end)
            or text[: span.start].endswith(("install ", "installed "))
        )
    ):
        return replace(span, label=COMPONENT)
    after = _CONTROLLER_AFTER.match(text, span.end)
    if span.label == KUBERNETES_KIND and after and span.name not in ("Ingress", "Gateway"):
        name = text[span.start : after.end()]
        return Span(span.start, after.end(), COMPONENT, name, "pattern")
    return span


_KIND_LINE = re.compile(r"^\s*(?:- )?kind:\s*['\"]?([A-Z][A-Za-z0-9]+)['\"]?\s*$", re.M)
_METRIC_WORD = re.compile(r"(?<![\w./:-])[a-z][a-z0-9:]*(?:_[a-z0-9:]+)+(?![\w(./-])")


def code_spans(unit: Unit, subcommands: Mapping[str, tuple[str, ...]]) -> Iterator[Span]:
    """Yield the names in fenced code: kinds of manifests, commands at the start of a line, metrics.

    Everything else in code is left alone: a word there is a value as often as a name. A command is
    marked with its subcommands only, since what follows is an example's own.
    """
    for match in _KIND_LINE.finditer(unit.text):
        yield Span(*match.span(1), KUBERNETES_KIND, match[1], "pattern")
    for match in _METRIC_WORD.finditer(unit.text):
        if shape_of(match[0]) == METRIC:
            yield Span(*match.span(), METRIC, match[0], "pattern")
    for match in re.finditer(
        r"^[ \t]*(?:\$ |# )?(?:sudo )?([a-z][\w-]*)((?: [a-z][\w-]*)*)", unit.text, re.M
    ):
        known = subcommands.get(match[1])
        if not known:
            continue
        end = match.end(1)
        for word in re.finditer(r" ([a-z][\w-]*)", match[2]):
            if word[1] not in known:
                break
            end = match.start(2) + word.end()
        if end > match.end(1):
            yield Span(match.start(1), end, COMMAND, unit.text[match.start(1) : end], "pattern")
