"""The graphs of several projects as one."""

from collections.abc import Iterable

import polars as pl

from cncf_llm.entities.graph import SUREST, Graph
from cncf_llm.entities.tables import EDGES, NODES
from cncf_llm.store import DROPS


def merge_graphs(graphs: Iterable[Graph]) -> Graph:
    """Merge the graphs of several projects. Counts add up, passages unite, doubts multiply."""
    parts = list(graphs)
    nodes = pl.concat([NODES.frame(), *(part.nodes for part in parts)])
    edges = pl.concat([EDGES.frame(), *(part.edges for part in parts)])
    merged_nodes = (
        nodes.sort("mentions", "name", descending=[True, False])
        .group_by("entity_id", maintain_order=True)
        .agg(
            pl.col("label").first(),
            pl.col("name").first(),
            pl.col("project_key").drop_nulls().first(),
            pl.col("api_versions").explode().drop_nulls().unique().sort(),
            pl.col("mentions").sum(),
            pl.col("passage_ids").explode().drop_nulls().unique().sort(),
        )
        .sort("mentions", "entity_id", descending=[True, False])
    )
    doubt = (1 - pl.col("confidence")).product()
    stated = pl.col("sentence").is_not_null().any()
    merged_edges = (
        edges.sort("confidence", "sentence", descending=[True, False], nulls_last=True)
        .group_by("edge_id", maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in ("type", "head", "head_name", "tail", "tail_name")),
            pl.col("count").sum(),
            pl.when(pl.len() == 1)
            .then(pl.col("confidence").first())
            .when(stated)
            .then(pl.min_horizontal((1 - doubt).round(4), pl.lit(SUREST)))
            .otherwise(1.0)
            .alias("confidence"),
            pl.col("sentence").drop_nulls().first(),
            pl.col("passage_ids").explode().drop_nulls().unique().sort(),
        )
        .sort("count", "edge_id", descending=[True, False])
    )
    return Graph(
        merged_nodes.select(NODES.schema.names()).cast(NODES.schema),
        merged_edges.select(EDGES.schema.names()).cast(EDGES.schema),
        pl.concat([DROPS.frame(), *(part.drops for part in parts)]),
    )
