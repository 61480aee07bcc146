"""Names that their shape gives away: flags, keys, metrics, versions, commands, components.

These need no list and no context, and the tokenizer keeps such a word in one piece.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from cncf_llm.entities.labels import (
    COMMAND,
    COMPONENT,
    KUBERNETES_KIND,
    METRIC,
    ORGANIZATION,
    SETTING,
    STANDARD,
    VERSION,
)
from cncf_llm.entities.spans import Span

# A last part that makes a dotted word a file, a host or an abbreviation, not a field path.
_NOT_A_PATH = (
    "adoc|bin|cfg|co|com|conf|crt|css|csv|db|dev|edu|exe|gif|go|gov|gz|html|in|info|io|ini|java|jpg"
    "|js|json|jsonnet|key|lib|local|lock|log|md|me|mod|net|org|pdf|pem|png|proto|ps1|py|rb|rego|rs"
    "|rst|service|sh|sock|sql|sum|svc|svg|tar|tgz|tmpl|toml|tpl|ts|tsx|txt|wasm|xml|yaml|yml|zip"
    "|x|e|g|i|a|s|js|us|uk|de|sum|test|cloud|app|ai|tech|host|domain|example"
)

FLAG = r"--[A-Za-z][\w.-]*[A-Za-z0-9]|-[a-z]+(?:[-.][a-z]+)+"
ENVIRONMENT = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
FIELD_PATH = (
    rf"\.?[a-z][A-Za-z0-9]*(?:\[[^\]\s]*\])?(?:\.(?!(?:{_NOT_A_PATH})$)[a-z][A-Za-z0-9_-]*"
    r"(?:\[[^\]\s]*\])?)+"
)
ANNOTATION = (
    r"(?!(?:docker|quay|ghcr|gcr|public|registry|github|gitlab|raw|www|go)\.)"
    r"(?:[a-z0-9-]+\.)+(?:io|sh|dev|run)/(?!v\d)[a-z](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
)
METRIC_NAME = (
    r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*_(?:total|seconds|bytes|bucket|milliseconds)"
    r"|[a-z][a-z0-9]*(?:_[a-z0-9]+)+_(?:count|sum|info|ratio|created|percent|timestamp|current"
    r"|connections|requests)"
)
LONG_METRIC_NAME = r"[a-z][a-z0-9]*:[a-z0-9_]+:[a-z0-9_]+"
VERSION_NAME = (
    r"v\d+(?:\.(?:\d+|x))*(?:(?:alpha|beta|rc)\d*)?"
    r"(?:[-+](?:alpha|beta|rc|pre|dev|\d)[A-Za-z0-9.-]*)?\+?"
    r"|\d+\.x(?:\.x)?|(?:edge|stable)-\d+\.\d+\.\d+"
    r"|\d+\.\d+\.(?:\d+|x)(?:[-+](?:alpha|beta|rc|pre|dev)[A-Za-z0-9.-]*)?\+?"
    r"|\d+\.\d+(?:alpha|beta|rc)\d*"
)
COMPONENT_NAME = (
    r"[a-z0-9]+(?:-[a-z0-9]+)*-(?:controller|operator|apiserver|proxy|server|agent|scheduler"
    r"|exporter|plugin|driver|daemon|adapter|injector|provisioner|snapshotter|shim|collector)"
)
RFC = r"RFC-?\d{3,5}"

_SHAPES: tuple[tuple[str, str], ...] = (
    (SETTING, FLAG),
    (SETTING, ENVIRONMENT),
    (SETTING, ANNOTATION),
    (SETTING, FIELD_PATH),
    (METRIC, METRIC_NAME),
    (METRIC, LONG_METRIC_NAME),
    (VERSION, VERSION_NAME),
    (COMPONENT, COMPONENT_NAME),
    (STANDARD, RFC),
)

# What the tokenizer leaves whole. A flag with a value is split before the equals sign instead.
WHOLE_TOKEN = "|".join(f"(?:{shape})" for _, shape in _SHAPES)
FLAG_BEFORE_VALUE = r"--[A-Za-z][\w.-]*[A-Za-z0-9](?==)"

_COMPILED = tuple((label, re.compile(shape)) for label, shape in _SHAPES)

# A run of characters that may have a telling shape: all of these hold a dash, dot, colon,
# underscore, slash or digit.
_CHUNK = re.compile(
    r"(?<![\w/.@$-])(?=[\w.-]*[-_.:/\d])-{0,2}[A-Za-z0-9.][\w.:/+-]*(?:\[[^\]\s]*\][\w.-]*)*"
)
_GROUPS = re.compile(
    r"\b(?:SIG|TAG|WG)(?: |-| - )[A-Z][\w&]+"
    r"|\b(?!The |A |An |This |Each )[A-Z][\w&]+(?: [A-Z][\w&]+){0,4} "
    r"(?:Working Group|Special Interest Group|Steering Committee|Technical Committee"
    r"|Technical Oversight Committee|Governance Committee|SIG|TAG)\b"
)
_NUMBERED = re.compile(r"\b(?:RFC|ISO) \d{3,5}\b")
_JOINED_VERSION = re.compile(r"(?<=[A-Za-z]-)v?\d+\.\d+\.\d+(?![\w.-]*\w)")
_SHORT_FLAG = re.compile(r"(?<![\w-])-[A-Za-z](?= (?:flag|option|switch|argument)s?\b)")
_OF_KUBERNETES = re.compile(
    r"(?<!managed )(?<!hosted )\b(?:Kubernetes|K8s) ((?:service|secret|job)s?)\b"
    r"(?! (?:account|mesh|discovery))"
)
_WORDS = r"((?:[a-z][\w-]{1,30}, )*(?:[a-z][\w-]{1,30},? (?:and|or) )?[a-z][\w-]{1,30})"
_FIELDS = re.compile(
    rf"(?<![\w./$@-]){_WORDS} (?:field|flag|option|parameter|setting|annotation|label|argument)s?\b"
)
_PLUGINS = re.compile(
    rf"(?<![\w./$@-]){_WORDS} "
    r"(?:plugin|extension|scaler|trigger|snapshotter|processor|receiver|exporter)s?\b"
)
_LONGEST_WORD = 120  # characters


@lru_cache(maxsize=50_000)
def shape_of(word: str) -> str | None:
    """Return the label that the shape of a single word gives away, or None."""
    if len(word) > _LONGEST_WORD:
        return None
    for label, shape in _COMPILED:
        if shape.fullmatch(word):
            return label
    return None


def shaped(text: str) -> Iterator[Span]:
    """Yield the words whose shape gives them away, groups such as SIG Network, and RFC numbers."""
    for match in _CHUNK.finditer(text):
        word = match[0].rstrip(".:-/")
        label = shape_of(word)
        if label is None and "/" in word and word.count("/") == 1:
            yield from _either_side(word, match.start())
        elif label:
            yield Span(match.start(), match.start() + len(word), label, word, "pattern")
    for match in _GROUPS.finditer(text):
        yield Span(*match.span(), ORGANIZATION, match[0], "pattern")
    for match in _NUMBERED.finditer(text):
        yield Span(*match.span(), STANDARD, match[0], "pattern")
    for match in _JOINED_VERSION.finditer(text):
        yield Span(*match.span(), VERSION, match[0], "pattern")
    for match in _SHORT_FLAG.finditer(text):
        yield Span(*match.span(), SETTING, match[0], "pattern")
    for match in _OF_KUBERNETES.finditer(text):
        name = match[1].removesuffix("s").capitalize()
        yield Span(*match.span(1), KUBERNETES_KIND, name, "gazetteer")


def before_nouns(text: str, fields: frozenset[str], plugins: frozenset[str]) -> Iterator[Span]:
    """Yield words that the corpus marks before "field" or "plugin", where they stand before it.

    Of "the cache and the errors and log plugins" these are errors and log.
    """
    for label, known, pattern in ((SETTING, fields, _FIELDS), (COMPONENT, plugins, _PLUGINS)):
        for match in pattern.finditer(text) if known else ():
            for word in _WORD.finditer(match[1]):
                if word[0] in known:
                    start = match.start() + word.start()
                    yield Span(start, start + len(word[0]), label, word[0], "pattern")


_WORD = re.compile(r"[a-z][\w-]*")


def _either_side(word: str, start: int) -> Iterator[Span]:
    """Yield both of two words that a slash joins, where both have the same shape."""
    first, _, second = word.partition("/")
    label = shape_of(first)
    if label and label == shape_of(second):
        yield Span(start, start + len(first), label, first, "pattern")
        yield Span(start + len(first) + 1, start + len(word), label, second, "pattern")


@cache
def _executables(names: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w./@$-])(?:{'|'.join(map(re.escape, longest))})(?![\w./@-])")


_SUBCOMMAND = re.compile(r" ([a-z][\w-]*)(?![\w/:=]|\.\w)")
_FLAGS = re.compile(r"(?: --?[A-Za-z][\w.-]*(?<![.-]))+")


def commands(
    text: str, subcommands: Mapping[str, tuple[str, ...]], alone: frozenset[str]
) -> Iterator[Span]:
    """Yield executables with up to three known subcommands and their flags; a few also alone."""
    for match in _executables(tuple(subcommands)).finditer(text):
        known = subcommands[match[0]]
        end = match.end()
        for _ in range(3):
            word = _SUBCOMMAND.match(text, end)
            if not word or word[1] not in known:
                break
            end = word.end()
        flags = _FLAGS.match(text, end)
        if flags and (end > match.end() or len(flags[0]) > 2):
            end = flags.end()
        if end > match.end() or match[0] in alone:
            yield Span(match.start(), end, COMMAND, text[match.start() : end], "pattern")
