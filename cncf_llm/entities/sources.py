"""Where a graph's statements come from: the passages it cites, and which one holds each sentence.

A reader of the graph then needs no corpus to give the source, its commit and its licence.
"""

from collections.abc import Iterable

import polars as pl

from cncf_llm.store import Table

SOURCES = Table(
    "sources",
    {
        "passage_id": (pl.String, "a passage that mentions a node or states an edge"),
        "project": (pl.String, "the project whose documentation that is"),
        "title": (pl.String, "title of its document"),
        "repository": (pl.String, "owner/name, or the host of a website"),
        "path": (pl.String, "the file in the repository, or the page on the host"),
        "revision": (pl.String, "commit, or what stands for one"),
        "url": (pl.String, "permalink to the file at that revision, where one exists"),
        "licence": (pl.String, "SPDX expression, or `unknown`"),
        "attribution": (pl.String, "whom the licence wants named; null where it names nobody"),
    },
)

QUOTES = Table(
    "quotes",
    {
        "edge_id": (pl.String, "an edge with a sentence"),
        "sentence": (pl.String, "that sentence"),
        "passage_id": (pl.String, "the first of the edge's passages that holds it verbatim"),
    },
)


def cited_sources(nodes: pl.DataFrame, edges: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return `SOURCES`: a row for each passage that a node or an edge names, sorted by id."""
    cited = pl.concat([nodes["passage_ids"], edges["passage_ids"]]).explode().drop_nulls().unique()
    return (
        passages.filter(pl.col("passage_id").is_in(cited.implode()))
        .select(SOURCES.schema.names())
        .cast(SOURCES.schema)
        .sort("passage_id")
    )


def find_quotes(edges: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return `QUOTES`: for each edge with a sentence, the passage that holds it verbatim."""
    texts = dict(passages.select("passage_id", "text").iter_rows())
    rows = []
    stated = edges.filter(pl.col("sentence").is_not_null())
    for edge, sentence, cited in stated.select("edge_id", "sentence", "passage_ids").iter_rows():
        held = next((one for one in cited if sentence in texts.get(one, "")), None)
        if held is not None:
            rows.append({"edge_id": edge, "sentence": sentence, "passage_id": held})
    return QUOTES.frame(rows).sort("edge_id")


def merge_sources(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put the `SOURCES` of several projects together, each passage once."""
    return (
        pl.concat([SOURCES.frame(), *parts]).unique("passage_id", keep="first").sort("passage_id")
    )


def merge_quotes(edges: pl.DataFrame, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the `QUOTES` of merged edges: of each edge the sentence that the merge has kept."""
    quotes = pl.concat([QUOTES.frame(), *parts])
    return (
        quotes.join(edges.select("edge_id", "sentence"), on=["edge_id", "sentence"], how="semi")
        .sort("edge_id", "passage_id")
        .unique("edge_id", keep="first")
        .sort("edge_id")
    )
