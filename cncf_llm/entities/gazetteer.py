"""The list of known names: the landscape's projects and products, and `gazetteer.yaml`.

A form (a spelling) belongs to one entry. Where two sources claim a form, the curated file wins,
then the landscape's projects, then its other products: so `CNI` is a standard although the
landscape lists it as a project. The entry keeps its landscape key through `project_links`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from cncf_llm.entities.labels import (
    COMMAND,
    KUBERNETES_KIND,
    LABELS,
    LANGUAGE,
    ORGANIZATION,
    PLATFORM,
    PROJECT,
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
    """All entries, in a fixed order, with the executables whose subcommands are known."""

    entries: tuple[Entry, ...]
    subcommands: Mapping[str, tuple[str, ...]]

    def patterns(self) -> list[dict[str, object]]:
        """Return the entries as phrase patterns of spaCy's entity ruler; `id` is the name."""
        return [
            {"label": entry.label, "pattern": form, "id": entry.name}
            for entry in self.entries
            for form in entry.forms
        ]


def build_gazetteer(
    projects: pl.DataFrame,
    neighbours: pl.DataFrame | None = None,
    kinds: Iterable[str] = (),
) -> Gazetteer:
    """Collect the known names.

    `projects` has the columns of the landscape's projects table (`name`, `aliases` are read).
    `neighbours` has the other landscape items: `name`, `category`, `subcategory`. `kinds` are API
    kinds found elsewhere, such as `kinds_in_yaml` of a corpus.
    """
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
        groups = _curated().get(label, {}) if label != COMMAND else {}
        for case, lines in groups.items():
            for line in lines:
                forms = line.split("|")
                add(forms[0], label, _spellings(forms, case), kind_case=case == "capitalised")
    for row in projects.select("name", "aliases").sort("name").iter_rows(named=True):
        add(row["name"], PROJECT, [row["name"], *(row["aliases"] or [])])
    for kind in sorted(set(kinds)):
        compound = len(re.findall(r"[A-Z][a-z0-9]+|[A-Z]{2,}", kind)) > 1
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
    return Gazetteer(tuple(entries), _subcommands())


def project_links(projects: pl.DataFrame) -> dict[str, str]:
    """Return the landscape key of each project name and alias, in lower case."""
    links: dict[str, str] = {}
    for row in projects.select("project", "name", "aliases").sort("project").iter_rows(named=True):
        for name in [row["name"], *(row["aliases"] or [])]:
            links.setdefault(name.lower(), row["project"])
    return links


def kinds_in_yaml(texts: Iterable[str], least: int = 2) -> list[str]:
    """Return the API kinds that manifests in fenced code name at least `least` times, sorted.

    A manifest is recognised by an `apiVersion:` line within two lines of the `kind:` line.
    """
    counts: dict[str, int] = {}
    for text in texts:
        for match in _MANIFEST_KIND.finditer(text):
            kind = match[1] or match[2]
            counts[kind] = counts.get(kind, 0) + 1
    return sorted(kind for kind, count in counts.items() if count >= least)


_KIND = r"kind: ([A-Z][a-z]+[A-Za-z0-9]*)[ \t]*$"
_MANIFEST_KIND = re.compile(
    rf"^apiVersion: \S+[ \t]*\n(?:.*\n)?{_KIND}|^{_KIND}\n(?:.*\n)?apiVersion: ", re.MULTILINE
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
def _curated() -> dict:
    """Read `gazetteer.yaml` once. It is part of the package, so a fault in it is a bug."""
    return yaml.safe_load(_CURATED.read_text(encoding="utf-8"))


@cache
def word_list(name: str) -> frozenset[str]:
    """Return one of the plain lists of `gazetteer.yaml`, such as `function_words`."""
    return frozenset(_curated()[name])


def kinds_of_kubernetes() -> frozenset[str]:
    """Return the API kinds that Kubernetes itself defines."""
    return word_list("kinds_of_kubernetes")


def commands_alone() -> frozenset[str]:
    """Return the executables that are commands even without a subcommand."""
    return frozenset(_curated()[COMMAND]["alone"])


def _subcommands() -> dict[str, tuple[str, ...]]:
    known = _curated()[COMMAND]["subcommands"]
    return {name: tuple(known.get(name, ())) for name in sorted({*known, *commands_alone()})}
