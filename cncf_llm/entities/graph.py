"""Nodes and edges of one project, from its mentions and its landscape row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from cncf_llm.entities.labels import (
    KUBERNETES_KIND,
    PROJECT,
    SETTING,
)
from cncf_llm.entities.linking import linked_project
from cncf_llm.entities.mentions import entity_id
from cncf_llm.entities.nodes import landscape_facts, mentioned_nodes, node_row
from cncf_llm.entities.plain import Unit, sentences, units
from cncf_llm.entities.relations import Mention, Refused, find_relations
from cncf_llm.entities.structure import find_structure, subjects_of
from cncf_llm.entities.tables import EDGES, NODES
from cncf_llm.store import DROPS, stable_id

_PROSE = 6  # spaces: a shorter cell is no sentence
_LONGEST = 700  # characters of a sentence
SUREST = 0.99  # however many sentences say it


@dataclass(frozen=True)
class Graph:
    """The tables `NODES` and `EDGES`, and `DROPS`: what looked like an edge and is none."""

    nodes: pl.DataFrame
    edges: pl.DataFrame
    drops: pl.DataFrame


@dataclass
class _Edge:
    """An edge while its sentences are being gathered."""

    type: str
    head: str
    head_name: str
    tail: str
    tail_name: str
    count: int = 0
    doubt: float = 1.0
    best: tuple[float, str] | None = None
    passages: set[str] = field(default_factory=set)

    def state(self, confidence: float, passage_id: str, sentence: str) -> None:
        """Count one statement. The surest sentence is kept, and of equally sure the shortest."""
        self.count += 1
        self.doubt *= 1 - confidence
        self.passages.add(passage_id)
        rank = (confidence, -len(sentence), sentence)
        if self.best is None or rank > (self.best[0], -len(self.best[1]), self.best[1]):
            self.best = (confidence, sentence)


def build_graph(
    project: Mapping[str, object],
    passages: pl.DataFrame,
    mentions: pl.DataFrame,
    links: Mapping[str, str],
    apis: Mapping[str, Sequence[str]] | None = None,
) -> Graph:
    """Build the graph of one project from its landscape row, its passages and their mentions.

    `links` maps names and aliases, in lower case, to landscape keys (`project_links`).
    `apis` maps an API kind to the `group/version`s under which the corpus defines it
    (`load_apis`). Structure is read where the passages have `title` and `heading_path`.
    """
    apis = apis or {}
    edges: dict[str, _Edge] = {}
    drops: list[dict] = []
    by_passage = mentions.partition_by("passage_id", as_dict=True)
    for passage_id, text in passages.select("passage_id", "text").iter_rows():
        found = by_passage.get((passage_id,))
        if found is None or found.height < 2:
            continue
        for sentence, outcome in _statements(text, found):
            if isinstance(outcome, Refused):
                drops.append(
                    {
                        "project": project["project"],
                        "item": passage_id,
                        "reason": outcome.reason,
                        "detail": f"{outcome.detail} -- {' '.join(sentence.split())[:200]}",
                    }
                )
                continue
            head, tail = outcome.head, outcome.tail
            if outcome.relation == "part_of" and not _owned(head, tail, apis, links):
                continue
            key = stable_id("edg", outcome.relation, head.entity_id, tail.entity_id)
            edge = edges.setdefault(
                key,
                _Edge(outcome.relation, head.entity_id, head.name, tail.entity_id, tail.name),
            )
            edge.state(outcome.confidence, passage_id, sentence)
    named: dict[str, tuple[str, str]] = {}
    if {"title", "heading_path"} <= set(passages.columns):
        named = _add_structure(project, passages, mentions, apis, edges)
    rows = [_row(key, edge) for key, edge in edges.items()]
    node_rows = mentioned_nodes(mentions, links, apis)
    landscape_nodes, landscape_edges = landscape_facts(project, links)
    known = {row["entity_id"] for row in node_rows}
    for new, (label, name) in sorted(named.items()):
        if new not in known:
            node_rows.append(node_row(new, label, name, links, apis))
            known.add(new)
    node_rows += [row for row in landscape_nodes if row["entity_id"] not in known]
    stated = set(edges)
    rows += [row for row in landscape_edges if row["edge_id"] not in stated]
    return Graph(
        NODES.frame(node_rows).sort("mentions", "entity_id", descending=[True, False]),
        EDGES.frame(rows).sort("count", "edge_id", descending=[True, False]),
        DROPS.frame(drops),
    )


def _statements(text: str, mentions: pl.DataFrame):
    """Yield each sentence of a passage, verbatim, with each relation found in it or refused."""
    rows = mentions.sort("start").rows(named=True)
    for unit in units(text):
        if unit.kind == "code" or (unit.kind == "cell" and unit.text.count(" ") < _PROSE):
            continue
        for start, end in sentences(unit.text):
            if end - start > _LONGEST:
                continue  # no sentence, but a list whose breaks are lost
            first, last = unit.source(start, end)
            inside = [row for row in rows if first <= row["start"] and row["end"] <= last]
            if len(inside) < 2:
                continue
            marks = [_mention(unit, row, start) for row in inside]
            for outcome in find_relations(unit.text[start:end], marks):
                yield _with_markup(text, first, last), outcome


def _owned(
    part: Mention, whole: Mention, apis: Mapping[str, Sequence[str]], links: Mapping[str, str]
) -> bool:
    """Whether a part may belong to a project, going by links and by the API groups of a kind.

    "Prometheus Applications" does not make Argo's Application a part of Prometheus, nor "OpenStack
    blackbox exporter" the exporter of Prometheus a part of OpenStack.
    """
    home = linked_project(links, part.label, part.name)
    if home and home != links.get(whole.name.lower()):
        return False
    if part.label != KUBERNETES_KIND or whole.name == "Kubernetes":
        return True
    groups = [version.rpartition("/")[0] for version in apis.get(part.name, ())]
    words = [word for word in re.split(r"\W+", whole.name.lower()) if len(word) > 3]
    if groups:
        return any(word in group for word in words for group in groups)
    return len(re.findall(r"[A-Z]", part.name)) > 1


def _add_structure(
    project: Mapping[str, object],
    passages: pl.DataFrame,
    mentions: pl.DataFrame,
    apis: Mapping[str, Sequence[str]],
    edges: dict[str, _Edge],
) -> dict[str, tuple[str, str]]:
    """Add what the structure of the pages states; return label and name of its entities."""
    counts = mentions.group_by("label", "name").len().rows()
    stems = _stems(project)
    subjects = subjects_of({(label, name): count for label, name, count in counts}, apis, stems)
    own = (PROJECT, str(project["name"]))
    named: dict[str, tuple[str, str]] = {}
    for row in passages.select("passage_id", "title", "heading_path", "text").iter_rows(named=True):
        for one in find_structure(row, subjects, own, stems):
            head, tail = entity_id(*one.head), entity_id(*one.tail)
            named |= {head: one.head, tail: one.tail}
            key = stable_id("edg", one.relation, head, tail)
            edge = edges.setdefault(key, _Edge(one.relation, head, one.head[1], tail, one.tail[1]))
            edge.state(one.confidence, row["passage_id"], one.sentence)
    return named


def _stems(project: Mapping[str, object]) -> frozenset[str]:
    """Return the words by which a metric or API group shows that it is the project's own."""
    names = [str(project["project"]), str(project["name"]), *_strings(project.get("aliases"))]
    for url in _strings(project.get("repositories")):
        names += url.rstrip("/").split("/")[-2:]
    words = {re.sub(r"[^a-z0-9]", "", name.lower()) for name in names}
    return frozenset(word for word in words if len(word) > 3 and word not in _NO_STEM)


_NO_STEM = frozenset(["website", "docs", "community", "documentation", "gateway", "spec", "http"])


def _strings(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _with_markup(text: str, first: int, last: int) -> str:
    """Return a stretch of a passage, with the markers that stand right before and behind it."""
    while first > 0 and text[first - 1] in "*_`[":
        first -= 1
    while last < len(text) and text[last] in "*_`":
        last += 1
    return text[first:last]


def _mention(unit: Unit, row: Mapping, sentence_start: int) -> Mention:
    start, end = unit.plain(row["start"], row["end"])
    return Mention(
        start - sentence_start,
        end - sentence_start,
        row["label"],
        row["name"],
        row["entity_id"],
        row["method"] == "statistical",
        row["label"] == SETTING
        and row["name"].isalpha()
        and row["name"].islower()
        and not any(first <= start < last for first, last in unit.code),
    )


def _row(edge_id: str, edge: _Edge) -> dict:
    return {
        "edge_id": edge_id,
        "type": edge.type,
        "head": edge.head,
        "head_name": edge.head_name,
        "tail": edge.tail,
        "tail_name": edge.tail_name,
        "count": edge.count,
        "confidence": round(min(1 - edge.doubt, SUREST), 4),
        "sentence": edge.best[1] if edge.best else None,
        "passage_ids": sorted(edge.passages),
    }
