"""Names that their shape gives away: flags, keys, metrics, versions, commands, components.

These need no list and no context. They become token patterns of the pipeline's entity ruler, and
the tokenizer keeps such a word in one piece.
"""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.entities.labels import (
    COMMAND,
    COMPONENT,
    METRIC,
    ORGANIZATION,
    SETTING,
    STANDARD,
    VERSION,
)

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
    rf"\.?[a-z][A-Za-z0-9]*(?:\[[^\]\s]*\])?(?:\.(?!(?:{_NOT_A_PATH})$)[a-zA-Z][A-Za-z0-9_-]*"
    r"(?:\[[^\]\s]*\])?)+"
)
ANNOTATION = (
    r"(?!(?:docker|quay|ghcr|gcr|public|registry|github|gitlab|raw|www|go)\.)"
    r"(?:[a-z0-9-]+\.)+(?:io|sh|dev|run)/(?!v\d)[a-z](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
)
METRIC_NAME = (
    r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*_(?:total|seconds|bytes|count|sum|bucket|info|ratio|created"
    r"|milliseconds|percent|timestamp|current|connections|requests)"
)
LONG_METRIC_NAME = r"[a-z][a-z0-9]*:[a-z0-9_]+:[a-z0-9_]+"
VERSION_NAME = (
    r"v\d+(?:\.(?:\d+|x))*(?:(?:alpha|beta|rc)\d*)?(?:[-+][A-Za-z0-9.-]+)?\+?"
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

# The id that the entity ruler gives to what a shape gave away; gazetteer names have their own.
BY_SHAPE = "="

_ANY_FLAG = {"TEXT": {"REGEX": r"^--?[A-Za-z][\w.-]*$"}}


def shape_of(word: str) -> str | None:
    """Return the label that the shape of a single word gives away, or None."""
    for label, shape in _SHAPES:
        if re.fullmatch(shape, word):
            return label
    return None


def token_patterns(
    subcommands: Mapping[str, tuple[str, ...]], alone: Iterable[str] = ()
) -> list[dict[str, object]]:
    """Return the entity ruler's token patterns: the shapes, commands, groups and RFC numbers."""
    patterns: list[dict[str, object]] = [
        {"label": label, "pattern": [{"TEXT": {"REGEX": rf"^(?:{shape})$"}}]}
        for label, shape in _SHAPES
    ]
    for executable, known in subcommands.items():
        name = {"TEXT": executable}
        if known:
            words = {"TEXT": {"IN": list(known)}}
            for depth in range(1, 4):
                patterns.append(
                    {"label": COMMAND, "pattern": [name, *[words] * depth, _ANY_FLAG | {"OP": "*"}]}
                )
        patterns.append({"label": COMMAND, "pattern": [name, _ANY_FLAG | {"OP": "+"}]})
    patterns += [{"label": COMMAND, "pattern": [{"TEXT": name}]} for name in sorted(alone)]
    title = {"TEXT": {"REGEX": r"^[A-Z][\w&]+$"}}
    patterns += [
        {"label": STANDARD, "pattern": [{"TEXT": "RFC"}, {"TEXT": {"REGEX": r"^\d{3,5}$"}}]},
        {"label": STANDARD, "pattern": [{"TEXT": "ISO"}, {"TEXT": {"REGEX": r"^\d{3,5}$"}}]},
        {"label": ORGANIZATION, "pattern": [{"TEXT": {"IN": ["SIG", "TAG", "WG"]}}, title]},
        {
            "label": ORGANIZATION,
            "pattern": [{"TEXT": {"IN": ["SIG", "TAG", "WG"]}}, {"TEXT": "-"}, title],
        },
        {
            "label": ORGANIZATION,
            "pattern": [title, title | {"OP": "*"}, {"TEXT": "Working"}, {"TEXT": "Group"}],
        },
        {
            "label": ORGANIZATION,
            "pattern": [
                title,
                title | {"OP": "*"},
                *({"TEXT": w} for w in ("Special", "Interest", "Group")),
            ],
        },
    ]
    return [pattern | {"id": BY_SHAPE} for pattern in patterns]
