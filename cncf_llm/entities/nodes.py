"""The rows of entities: those that passages mention, and those that the landscape names."""

from collections.abc import Mapping, Sequence

import polars as pl

from cncf_llm.entities.labels import CATEGORY, KUBERNETES_KIND, MATURITY, ORGANIZATION, PROJECT
from cncf_llm.entities.linking import linked_project
from cncf_llm.entities.mentions import entity_id
from cncf_llm.store import stable_id


def mentioned_nodes(
    mentions: pl.DataFrame, links: Mapping[str, str], apis: Mapping[str, Sequence[str]]
) -> list[dict]:
    """Return the rows of `NODES` for the entities that the passages mention."""
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
        node_row(row["entity_id"], row["label"], row["name"], links, apis)
        | {"mentions": row["mentions"], "passage_ids": row["passage_ids"]}
        for row in grouped.iter_rows(named=True)
    ]


def node_row(
    new: str,
    label: str,
    name: str,
    links: Mapping[str, str],
    apis: Mapping[str, Sequence[str]],
) -> dict:
    """Return the row of an entity that no sentence mentions yet."""
    return {
        "entity_id": new,
        "label": label,
        "name": name,
        "project_key": linked_project(links, label, name),
        "api_versions": list(apis.get(name, ())) if label == KUBERNETES_KIND else [],
        "mentions": 0,
        "passage_ids": [],
    }


def _commonest_name() -> pl.Expr:
    """The most frequent spelling of an entity's name, the first in the alphabet of several."""
    return pl.col("name").mode().sort().first()


def landscape_facts(
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
            "api_versions": [],
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
