"""The list of known names: the landscape's projects and products, and `gazetteer.yaml`.

A form (a spelling) belongs to one entry. Where two sources claim a form, the curated file wins,
then the landscape's projects, then its other products: so `CNI` is a standard although the
landscape lists it as a project. The entry keeps its landscape key through `project_links`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from cncf_llm.entities.inventory import Inventory
from cncf_llm.entities.labels import (
    COMMAND,
    CONCEPT,
    KUBERNETES_KIND,
    LABELS,
    LANGUAGE,
    METRIC,
    ORGANIZATION,
    PLATFORM,
    PROJECT,
    SETTING,
    STANDARD,
)

_CURATED = Path(__file__).with_name("gazetteer.yaml")

# A landscape category or subcategory whose items are not projects.
_LABEL_OF_CATEGORY: Mapping[str, str] = {
    "CNCF Members": ORGANIZATION,
    "Kubernetes Certified Service Provider": ORGANIZATION,
    "Kubernetes and Cloud Native Training Partner": ORGANIZATION,
    "Certified Kubernetes - Hosted": PLATFORM,
    "Languages": LANGUAGE,
    "Protocol": STANDARD,
}


@dataclass(frozen=True)
class Entry:
    """One known name: its label, its spellings, and whether a mention of it needs context."""

    name: str
    label: str
    forms: tuple[str, ...]
    ambiguous: bool = False
    kind_case: bool = False  # an ordinary word unless its capital is its own


@dataclass(frozen=True)
class Gazetteer:
    """All entries, in a fixed order, with the executables whose subcommands are known.

    `fields` and `plugins` are ordinary words that name something before "field" or "plugin" only.
    `apis` maps a kind to each `group/version` under which the corpus defines it.
    """

    entries: tuple[Entry, ...]
    subcommands: Mapping[str, tuple[str, ...]]
    fields: frozenset[str] = frozenset()
    plugins: frozenset[str] = frozenset()
    apis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def build_gazetteer(
    projects: pl.DataFrame,
    neighbours: pl.DataFrame | None = None,
    inventory: Inventory | None = None,
) -> Gazetteer:
    """Collect the known names.

    `projects` has the columns of the landscape's projects table (`name`, `aliases` are read).
    `neighbours` has the other landscape items: `name`, `category`, `subcategory`. `inventory` is
    what the corpus lists (`list_names`).
    """
    listed = inventory or Inventory()
    ambiguous = word_list("ambiguous")
    taken: set[str] = set()
    entries: list[Entry] = []

    def add(name: str, label: str, forms: Iterable[str], *, kind_case: bool = False) -> None:
        new = tuple(form for form in dict.fromkeys(forms) if form and form not in taken)
        if new:
            taken.update(new)
            unsure = name in ambiguous and label in (PROJECT, LANGUAGE, PLATFORM, ORGANIZATION)
            entries.append(Entry(name, label, new, ambiguous=unsure, kind_case=kind_case))

    for label in LABELS:
        groups = curated().get(label, {}) if label != COMMAND else {}
        for case, lines in groups.items():
            for line in lines:
                forms = line.split("|")
                add(forms[0], label, _spellings(forms, case), kind_case=case == "capitalised")
    for row in projects.select("name", "aliases").sort("name").iter_rows(named=True):
        add(row["name"], PROJECT, [row["name"], *(row["aliases"] or [])])
    for kind in listed.kinds:
        compound = len(re.findall(r"[A-Z][a-z0-9]+|[A-Z]{2,}", kind)) > 1
        if not compound and kind.lower() in word_list("generic"):
            continue
        add(
            kind,
            KUBERNETES_KIND,
            _spellings([kind], "any_case" if compound else "capitalised"),
            kind_case=not compound,
        )
    if neighbours is not None:
        for row in neighbours.sort("name", "category").iter_rows(named=True):
            label = _LABEL_OF_CATEGORY.get(
                row["category"], _LABEL_OF_CATEGORY.get(row["subcategory"], PROJECT)
            )
            name = re.sub(r"\s*\(.*?\)", "", row["name"]).strip()
            if _tells_itself(name, label):
                add(name, label, [name])
    for term in listed.terms:
        add(term.lower(), CONCEPT, _spellings([term], "any_case"))
    for name in listed.keys:
        add(name, SETTING, [name])
    for name in listed.metrics:
        add(name, METRIC, [name])
    projects_low = {f.lower() for e in entries if e.label == PROJECT for f in e.forms}
    return Gazetteer(
        tuple(entries),
        _subcommands(),
        frozenset(listed.fields) - word_list("function_words"),
        frozenset(listed.plugins) - word_list("function_words") - projects_low,
        {kind: versions for kind, versions in listed.kinds.items() if versions},
    )


def _spellings(forms: Iterable[str], case: str) -> list[str]:
    """Return the forms with the plurals and the cases that `gazetteer.yaml` promises."""
    if case == "cased":
        return list(forms)
    spelled: list[str] = []
    for form in forms:
        variants = [form]
        if case == "any_case" and not form.isupper():  # an acronym in lower case is another word
            variants += [form[0].upper() + form[1:], form.lower()]
            if " " in form or "-" in form:
                variants.append(re.sub(r"\b[a-z]", lambda m: m[0].upper(), form))
        for variant in variants:
            spelled += [variant, _plural(variant)]
    return spelled


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if re.search(r"(s|x|ch|sh)$", word):
        return word + "es"
    return word + "s"


def _tells_itself(name: str, label: str) -> bool:
    """Whether a product's name can hardly be anything else: several words, or an odd shape.

    "Access" or "Keep" alone would be found in ordinary prose, so a plain word is left to the
    statistical component, which sees the context.
    """
    if len(name) < 3 or len(name) > 40 or re.search(r"[,:;/|]", name):
        return False
    words = name.split()
    if len(words) > 1:
        return all(word[0].isupper() or word[0].isdigit() for word in words) and not (
            label == PROJECT and all(word.lower() in word_list("generic") for word in words)
        )
    return bool(re.search(r"[a-z][A-Z]|\d|^[A-Z][a-z]+DB$", name)) and not name.islower()


@cache
def curated() -> dict:
    """Read `gazetteer.yaml` once. It is part of the package, so a fault in it is a bug."""
    return yaml.safe_load(_CURATED.read_text(encoding="utf-8"))


@cache
def word_list(name: str) -> frozenset[str]:
    """Return one of the plain lists of `gazetteer.yaml`, such as `function_words`."""
    return frozenset(curated()[name])


def kinds_of_kubernetes() -> frozenset[str]:
    """Return the API kinds that Kubernetes itself defines."""
    return word_list("kinds_of_kubernetes")


def commands_alone() -> frozenset[str]:
    """Return the executables that are commands even without a subcommand."""
    return frozenset(curated()[COMMAND]["alone"])


def _subcommands() -> dict[str, tuple[str, ...]]:
    known = curated()[COMMAND]["subcommands"]
    return {name: tuple(known.get(name, ())) for name in sorted({*known, *commands_alone()})}
