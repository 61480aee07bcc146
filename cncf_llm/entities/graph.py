"""Nodes and edges of one project, from its mentions and its landscape row."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from cncf_llm.entities.labels import CATEGORY, MATURITY, ORGANIZATION, PROJECT
from cncf_llm.entities.mentions import entity_id
from cncf_llm.entities.plain import Unit, sentences, units
from cncf_llm.entities.relations import Mention, Refused, find_relations
from cncf_llm.entities.tables import EDGES, NODES
from cncf_llm.store import DROPS, stable_id

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


def build_graph(
    project: Mapping[str, object],
    passages: pl.DataFrame,
    mentions: pl.DataFrame,
    links: Mapping[str, str],
) -> Graph:
    """Build the graph of one project from its landscape row, its passages and their mentions.

    `links` maps names and aliases, in lower case, to landscape keys (`project_links`).
    """
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
            key = stable_id("edg", outcome.relation, head.entity_id, tail.entity_id)
            edge = edges.setdefault(
                key,
                _Edge(outcome.relation, head.entity_id, head.name, tail.entity_id, tail.name),
            )
            edge.count += 1
            edge.doubt *= 1 - outcome.confidence
            edge.passages.add(passage_id)
            # the surest sentence is shown, and of equally sure ones the shortest
            rank = (outcome.confidence, -len(sentence), sentence)
            if edge.best is None or rank > (edge.best[0], -len(edge.best[1]), edge.best[1]):
                edge.best = (outcome.confidence, sentence)
    rows = [_row(key, edge) for key, edge in edges.items()]
    node_rows = _mentioned(mentions, links)
    landscape_nodes, landscape_edges = _landscape(project, links)
    known = {row["entity_id"] for row in node_rows}
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
        if unit.kind in ("code", "cell"):
            continue
        for start, end in sentences(unit.text):
            first, last = unit.source(start, end)
            inside = [row for row in rows if first <= row["start"] and row["end"] <= last]
            if len(inside) < 2:
                continue
            marks = [_mention(unit, row, start) for row in inside]
            for outcome in find_relations(unit.text[start:end], marks):
                yield _with_markup(text, first, last), outcome


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


def _mentioned(mentions: pl.DataFrame, links: Mapping[str, str]) -> list[dict]:
    grouped = (
        mentions.sort("passage_id", "start")
        .group_by("entity_id", maintain_order=True)
        .agg(
            pl.col("label").first(),
            _commonest_name(),
            pl.len().alias("mentions"),
            pl.col("passage_id").unique().sort().alias("passage_ids"),
        )
    )
    return [
        {
            "entity_id": row["entity_id"],
            "label": row["label"],
            "name": row["name"],
            "project_key": links.get(row["name"].lower()) if row["label"] in _LINKED else None,
            "mentions": row["mentions"],
            "passage_ids": row["passage_ids"],
        }
        for row in grouped.iter_rows(named=True)
    ]


# CNI and SPIFFE are standards and yet landscape projects; a command or concept never is one.
_LINKED = frozenset({PROJECT, "STANDARD", "COMPONENT"})


def _commonest_name() -> pl.Expr:
    """The most frequent spelling of an entity's name, the first in the alphabet of several."""
    return pl.col("name").mode().sort().first()


def _landscape(
    project: Mapping[str, object], links: Mapping[str, str]
) -> tuple[list[dict], list[dict]]:
    """Return the nodes and edges that a project's landscape row states."""
    key, name = str(project["project"]), str(project["name"])
    nodes: dict[str, dict] = {}

    def node(label: str, title: str, project_key: str | None = None) -> str:
        new = entity_id(label, title)
        nodes[new] = {
            "entity_id": new,
            "label": label,
            "name": title,
            "project_key": project_key,
            "mentions": 0,
            "passage_ids": [],
        }
        return new

    head = node(PROJECT, name, key)
    facts = [
        ("in_category", CATEGORY, project.get("category")),
        ("in_subcategory", CATEGORY, project.get("subcategory")),
        ("has_maturity", MATURITY, project.get("maturity")),
        ("child_of", PROJECT, project.get("parent_project")),
        ("maintained_by", ORGANIZATION, _organization(project.get("organization"))),
    ]
    edges = []
    for relation, label, value in facts:
        if not value:
            continue
        title = str(value)
        linked = links.get(title.lower(), title if title in links.values() else None)
        tail = node(label, title, linked if label == PROJECT else None)
        edges.append(
            {
                "edge_id": stable_id("edg", relation, head, tail),
                "type": relation,
                "head": head,
                "head_name": name,
                "tail": tail,
                "tail_name": title,
                "count": 1,
                "confidence": 1.0,
                "sentence": None,
                "passage_ids": [],
            }
        )
    return list(nodes.values()), edges


def _organization(slug: object) -> str | None:
    """Turn the landscape's name for an organisation, a slug, into a name."""
    if not slug:
        return None
    return " ".join(word.capitalize() for word in str(slug).replace("_", "-").split("-"))
