"""The labels of entities, the types of relations, and what each relation may connect."""

from collections.abc import Mapping

PROJECT = "PROJECT"
COMPONENT = "COMPONENT"
ORGANIZATION = "ORGANIZATION"
KUBERNETES_KIND = "KUBERNETES_KIND"
STANDARD = "STANDARD"
COMMAND = "COMMAND"
SETTING = "SETTING"
METRIC = "METRIC"
CONCEPT = "CONCEPT"
LANGUAGE = "LANGUAGE"
PLATFORM = "PLATFORM"
VERSION = "VERSION"

LABELS: Mapping[str, str] = {
    PROJECT: "a named software project or product",
    COMPONENT: "a named part of one: daemon, library, plugin, controller",
    ORGANIZATION: "a company, foundation or working group",
    KUBERNETES_KIND: "an API kind, built in or custom",
    STANDARD: "a protocol, format or specification",
    COMMAND: "an executable with its subcommand or arguments",
    SETTING: "a flag, configuration key, environment variable, annotation or label key",
    METRIC: "the name of a metric",
    CONCEPT: "an established technical term of the field",
    LANGUAGE: "a programming or query language",
    PLATFORM: "a cloud, managed service, operating system or hardware architecture",
    VERSION: "a version",
}

# Two more labels for nodes that only the landscape names; no mention ever carries them.
CATEGORY = "CATEGORY"
MATURITY = "MATURITY"
LANDSCAPE_LABELS: Mapping[str, str] = {
    CATEGORY: "a category or subcategory of the landscape",
    MATURITY: "a maturity level: sandbox, incubating, graduated or archived",
}

_SOFTWARE = frozenset({PROJECT, COMPONENT})

# Relation type -> (labels the head may have, labels the tail may have), stated by a sentence.
RELATIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "part_of": (frozenset({COMPONENT, KUBERNETES_KIND}), frozenset({PROJECT})),
    "integrates_with": (_SOFTWARE, frozenset({PROJECT, COMPONENT, PLATFORM})),
    "depends_on": (_SOFTWARE, frozenset({PROJECT, COMPONENT, PLATFORM, STANDARD})),
    "implements": (_SOFTWARE, frozenset({STANDARD})),
    "written_in": (_SOFTWARE, frozenset({LANGUAGE})),
    "runs_on": (_SOFTWARE, frozenset({PLATFORM, PROJECT})),
    "configured_by": (frozenset({PROJECT, COMPONENT, KUBERNETES_KIND}), frozenset({SETTING})),
    "exposes": (_SOFTWARE, frozenset({METRIC})),
    "alternative_to": (frozenset({PROJECT}), frozenset({PROJECT})),
    "maintained_by": (frozenset({PROJECT}), frozenset({ORGANIZATION})),
    "is_a": (_SOFTWARE, frozenset({CONCEPT})),
}

# The same for what a landscape row says; these edges cite no sentence.
LANDSCAPE_RELATIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "in_category": (frozenset({PROJECT}), frozenset({CATEGORY})),
    "in_subcategory": (frozenset({PROJECT}), frozenset({CATEGORY})),
    "has_maturity": (frozenset({PROJECT}), frozenset({MATURITY})),
    "child_of": (frozenset({PROJECT}), frozenset({PROJECT})),
    "maintained_by": (frozenset({PROJECT}), frozenset({ORGANIZATION})),
}


def breaks_signature(relation: str, head: str, tail: str) -> str | None:
    """Return what is wrong with a relation between two labels, or None when it is allowed."""
    allowed = [table[relation] for table in (RELATIONS, LANDSCAPE_RELATIONS) if relation in table]
    if not allowed:
        return f"unknown relation type {relation}"
    if any(head in heads and tail in tails for heads, tails in allowed):
        return None
    return f"{relation} does not connect {head} to {tail}"


def allowed(relation: str, head: str | None, tail: str | None) -> bool:
    """Whether a relation may join these labels. An end without a label may not."""
    return head is not None and tail is not None and breaks_signature(relation, head, tail) is None
