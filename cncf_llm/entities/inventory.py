"""What the corpus itself lists: API kinds with group and version, keys, metrics, plugins, terms."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

_LEAST = 2  # passages that must agree, where one alone may be a slip


@dataclass(frozen=True)
class Inventory:
    """Names by the place that lists them. All are sorted.

    `kinds` maps an API kind to its `group/version`s (the core group has no name and no slash).
    `keys` are configuration keys that no prose word looks like. `fields` and `plugins` are ordinary
    words that the corpus sets in back-ticks or italics before "field" or "plugin": only there do
    they name anything. `terms` are a glossary's.
    """

    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


_API = r"(?:[a-z0-9][a-z0-9.-]*/)?v\d+(?:(?:alpha|beta)\d+)?"
_KIND = r"[A-Z][a-z]+[A-Za-z0-9]*"
_MANIFEST = re.compile(
    rf"^(?:- )?apiVersion: [\"']?({_API})[\"']?[ \t]*\n(?:.*\n)?[ \t]*(?:- )?kind: ({_KIND})[ \t]*$"
    rf"|^kind: ({_KIND})[ \t]*\n(?:.*\n)?apiVersion: [\"']?({_API})[\"']?[ \t]*$",
    re.M,
)
# How this package's reader of custom resource definitions words them.
_DEFINED = re.compile(
    rf"^`({_KIND})` is a custom resource of the API group `([a-z0-9.-]+)`\. "
    rf"Versions served: ((?:`[a-z0-9]+`(?:, )?)+)",
    re.M,
)
_YAML_KEY = re.compile(
    r"^[ \t]*(?:- )?([a-z]+(?:[A-Z][a-z0-9]*)+|[a-z]+(?:_[a-z0-9]+)+):(?= |$)", re.M
)
_MARKED = re.compile(
    r"(?:`|\*\*?|(?<!\w)_)([a-z][a-z0-9_-]{1,30})(?:`|\*\*?|_(?!\w))"
    r" (?:(?P<field>field|flag|option|parameter|setting|annotation|label|argument|attribute)s?"
    r"|(?P<plugin>plugin|extension|scaler|trigger|snapshotter|processor|receiver|exporter)s?)\b"
)
_METRIC = re.compile(
    r"^# (?:TYPE|HELP) ([a-z]+(?:_[a-z0-9:]+)+) |^\| `?([a-z]+(?:_[a-z0-9]+)+)`? \| "
    r"(?:[Cc]ounter|[Gg]auge|[Hh]istogram|[Ss]ummary)\b",
    re.M,
)
_EXAMPLE = re.compile(r"(?:^|\.)example\.|example$")
_TERM = re.compile(r"[A-Za-z][\w-]*(?: [A-Za-z][\w-]*){1,3}")


def list_names(passages: pl.DataFrame) -> Inventory:
    """Collect what the passages list.

    `passages` has the columns `text`, and `title`, `path` and `heading_path` of the corpus's
    passages table where there is a glossary to find.
    """
    defined: dict[str, set[str]] = defaultdict(set)
    shown: Counter[tuple[str, str]] = Counter()
    keys: Counter[str] = Counter()
    metrics: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    plugins: Counter[str] = Counter()
    for text in passages["text"]:
        if "kind: " in text:
            for a, b, c, d in set(_MANIFEST.findall(text)):
                shown[b or c, a or d] += 1
        for match in _DEFINED.finditer(text):
            served = re.findall(r"`(\w+)`", match[3])
            defined[match[1]].update(f"{match[2]}/{version}" for version in served)
        if "```y" in text:
            keys.update(set(_YAML_KEY.findall(text)))
        for match in _MARKED.finditer(text):
            (fields if match["field"] else plugins)[match[1]] += 1
        if "_" in text:
            metrics.update({next(filter(None, found)) for found in _METRIC.findall(text)})
    kinds = {kind: set(versions) for kind, versions in defined.items()}
    for (kind, version), count in sorted(shown.items()):
        group = version.rpartition("/")[0]
        groups = {known.rpartition("/")[0] for known in defined.get(kind, ())}
        if count >= _LEAST and (group in groups or not groups) and not _EXAMPLE.search(group):
            kinds.setdefault(kind, set()).add(version)
    known = frozenset(metrics)
    return Inventory(
        kinds={kind: tuple(sorted(kinds[kind])) for kind in sorted(kinds)},
        keys=tuple(sorted(k for k in _common(keys, 3) if k not in known and k != "apiVersion")),
        metrics=_common(metrics, 1),
        fields=_common(fields, _LEAST),
        plugins=_common(plugins, _LEAST),
        terms=_terms(passages),
    )


def _common(counts: Counter[str], least: int) -> tuple[str, ...]:
    return tuple(sorted(name for name, count in counts.items() if count >= least))


def _terms(passages: pl.DataFrame) -> tuple[str, ...]:
    """Return the terms of glossaries: a page each, or a heading each in one page.

    Only those of several words: alone, "Application" or "Name" is an everyday word.
    """
    if not {"title", "path", "heading_path"} <= set(passages.columns):
        return ()
    in_folder = passages.filter(pl.col("path").str.contains(r"/glossary/"))["title"].to_list()
    in_page = passages.filter(pl.col("title").str.to_lowercase().str.contains("glossary"))
    headings = [path[-1] for path in in_page["heading_path"].to_list() if path]
    found = {term for term in [*in_folder, *headings] if term and _TERM.fullmatch(term)}
    skipped = re.compile(r"glossary|kubernetes", re.I)
    return tuple(sorted(term for term in found if not skipped.search(term)))
