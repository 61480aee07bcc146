"""The interactive page of a graph: one HTML file that a browser opens without network."""

import base64
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

import polars as pl

from cncf_llm.entities.colours import COLOURS
from cncf_llm.entities.labels import LABELS, LANDSCAPE_LABELS, LANDSCAPE_RELATIONS, RELATIONS
from cncf_llm.entities.spread import spread_nodes

SHOWN = 2000  # nodes: what a browser draws at once without delay and a reader can find a way in

_FILES = files("cncf_llm.entities") / "page_files"
_SCRIPTS = ("graph.js", "canvas.js", "panel.js", "main.js")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def draw_page(
    title: str,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    sources: pl.DataFrame,
    quotes: pl.DataFrame,
    limit: int = SHOWN,
) -> str:
    """Return the page of a graph: its `limit` best connected nodes and the edges among them.

    The page shows where an edge's sentence stands: `sources` and `quotes` are the tables of those
    names. It loads nothing and its policy forbids it to. All text of the graph is data: it is
    never read as HTML, and an address becomes a link only where it begins with http(s).
    """
    data = page_data(nodes, edges, sources, quotes, limit)
    style = _file("style.css")
    script = "\n".join(_file(name) for name in _SCRIPTS)
    parts = {
        "policy": (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        "title": escape(title),
        "count": escape(_count(nodes.height, edges.height, data)),
        "style": style,
        "data": _inside_html(data),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _file("template.html"))


def page_data(
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    sources: pl.DataFrame,
    quotes: pl.DataFrame,
    limit: int = SHOWN,
) -> dict[str, Any]:
    """Return what the page's script reads: nodes by rank, edges by node number, cited sources."""
    chosen, among = _choose(nodes, edges, limit)
    number = {node: at for at, node in enumerate(chosen["entity_id"])}
    projects = dict(sources.select("passage_id", "project").iter_rows())
    # an edge whose sentence is in no passage as it stands is shown with the first of its passages
    cited = {edge: ids[0] for edge, ids in among.select("edge_id", "passage_ids").rows() if ids}
    quoted = cited | dict(quotes.select("edge_id", "passage_id").iter_rows())
    used = {quoted[edge] for edge in among["edge_id"] if edge in quoted}
    shown = sources.filter(pl.col("passage_id").is_in(sorted(used))).sort("passage_id")
    source = {passage: at for at, passage in enumerate(shown["passage_id"])}
    names = sorted({project for project in projects.values() if project is not None})
    at_project = {name: at for at, name in enumerate(names)}

    def of_projects(passages: list[str]) -> list[int]:
        found = {projects[one] for one in passages if one in projects}
        return sorted(at_project[one] for one in found)

    keys = dict(chosen.select("entity_id", "project_key").iter_rows())
    links = []
    for row in among.iter_rows(named=True):
        own = at_project.get(keys[row["head"]] or "")
        of = of_projects(row["passage_ids"]) or ([own] if own is not None else [])
        links.append(
            [
                row["type"],
                number[row["head"]],
                number[row["tail"]],
                row["count"],
                round(row["confidence"], 2),
                _plain(row["sentence"]) if row["sentence"] else None,
                source.get(quoted.get(row["edge_id"], ""), -1),
                of,
            ]
        )
    radii = _radii(chosen["relations"].to_list())
    places = spread_nodes(radii, [(one[1], one[2], 1.0 if one[5] else 0.3) for one in links])
    dots = [
        [
            row["entity_id"],
            row["label"],
            _plain(row["name"]),
            row["mentions"],
            round(radius, 1),
            *place,
        ]
        for row, radius, place in zip(chosen.iter_rows(named=True), radii, places, strict=True)
    ]
    return {
        "labels": [
            [label, COLOURS[label], about]
            for label, about in {**LABELS, **LANDSCAPE_LABELS}.items()
            if label in set(chosen["label"])
        ],
        "types": [
            one
            for one in dict.fromkeys([*RELATIONS, *LANDSCAPE_RELATIONS])
            if one in set(among["type"])
        ],
        "projects": names,
        "nodes": dots,
        "edges": links,
        "sources": [_source(row) for row in shown.iter_rows(named=True)],
    }


def _choose(
    nodes: pl.DataFrame, edges: pl.DataFrame, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the nodes with most relations, then most mentions, and the edges among them.

    A node whose only neighbours are left out is left out too.
    """
    known = nodes["entity_id"].implode()
    edges = edges.filter(pl.col("head").is_in(known) & pl.col("tail").is_in(known))
    ranked = (
        nodes.join(_degrees(edges), on="entity_id")
        .sort("relations", "mentions", "entity_id", descending=[True, True, False])
        .head(limit)
    )
    kept = ranked["entity_id"].implode()
    among = edges.filter(pl.col("head").is_in(kept) & pl.col("tail").is_in(kept)).sort("edge_id")
    chosen = (
        ranked.drop("relations")
        .join(_degrees(among), on="entity_id")
        .sort("relations", "mentions", "entity_id", descending=[True, True, False])
    )
    return chosen, among


def _degrees(edges: pl.DataFrame) -> pl.DataFrame:
    ends = pl.concat([edges["head"], edges["tail"]]).rename("entity_id").to_frame()
    return ends.group_by("entity_id").len(name="relations")


def _radii(relations: list[int]) -> list[float]:
    return [3.0 + 2.4 * math.log2(1 + count) for count in relations]


def _source(row: Mapping[str, Any]) -> list[str | None]:
    """Return url, title, repository, path, revision, licence and attribution of a passage."""
    url = row["url"] if row["url"] and _WEB.match(row["url"]) else None
    texts = [row[key] for key in ("title", "repository", "path", "revision", "licence")]
    return [url, *(_plain(text or "") for text in texts), _plain(row["attribution"] or "")]


def _plain(text: str) -> str:
    """Put spaces for line breaks; leave out control and direction characters, which can mislead."""
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") or c.isspace())
    return " ".join(kept.split())


def _count(nodes: int, edges: int, data: Mapping[str, Any]) -> str:
    shown, links = len(data["nodes"]), len(data["edges"])
    if links == edges:
        return f"{links:,} relations between {shown:,} entities; {nodes - shown:,} more have none."
    return (
        f"{shown:,} of {nodes:,} entities and {links:,} of {edges:,} relations are shown: the best "
        "connected, then the most often mentioned. Search covers what is shown."
    )


def _inside_html(data: Mapping[str, Any]) -> str:
    """Return JSON that no HTML parser takes for markup: every `<` is written as an escape."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    """Return the source expression by which the page's policy knows an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")
