"""A graph as GraphML, which most graph tools read."""

import polars as pl


def to_graphml(nodes: pl.DataFrame, edges: pl.DataFrame) -> bytes:
    """Write nodes and edges as GraphML (http://graphml.graphdrawing.org), UTF-8.

    Lists of passages are joined by spaces, since GraphML knows no lists.
    """
    import networkx as nx

    graph = nx.MultiDiGraph()
    for row in nodes.iter_rows(named=True):
        graph.add_node(
            row["entity_id"],
            label=row["label"],
            name=_printable(row["name"]),
            project_key=row["project_key"] or "",
            mentions=row["mentions"],
            passage_ids=" ".join(row["passage_ids"]),
        )
    for row in edges.iter_rows(named=True):
        graph.add_edge(
            row["head"],
            row["tail"],
            key=row["edge_id"],
            type=row["type"],
            count=row["count"],
            confidence=row["confidence"],
            sentence=_printable(row["sentence"] or ""),
            passage_ids=" ".join(row["passage_ids"]),
        )
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)).encode("utf-8")


def _printable(text: str) -> str:
    """Leave out the control characters that XML 1.0 cannot hold."""
    return "".join(char for char in text if char >= " " or char in "\t\n")
