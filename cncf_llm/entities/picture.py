"""A picture of a graph: its best connected entities, coloured by label."""

import io
import textwrap
from collections.abc import Mapping

import polars as pl

from cncf_llm.entities.labels import LABELS, LANDSCAPE_LABELS

# Okabe and Ito's palette and shades near it: told apart with any colour vision, and on print.
_COLOURS: Mapping[str, str] = {
    "PROJECT": "#0072B2",
    "COMPONENT": "#56B4E9",
    "ORGANIZATION": "#8C6BB1",
    "KUBERNETES_KIND": "#009E73",
    "STANDARD": "#E69F00",
    "COMMAND": "#7F7F7F",
    "SETTING": "#B8A13A",
    "METRIC": "#D55E00",
    "CONCEPT": "#CC79A7",
    "LANGUAGE": "#A6761D",
    "PLATFORM": "#4D6A8F",
    "VERSION": "#BDBDBD",
    "CATEGORY": "#C7CED6",
    "MATURITY": "#E3D7B8",
}
_INK = "#22303C"
_FAINT = "#9AA5B1"


def draw_graph(nodes: pl.DataFrame, edges: pl.DataFrame, limit: int = 25) -> bytes:
    """Draw the `limit` best connected nodes of a graph and the edges among them, as PNG.

    Nodes grow with their mentions; edges that only the landscape states are drawn broken. The same
    graph gives the same picture.
    """
    import matplotlib
    import networkx as nx

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    graph = _choose(nodes, edges, limit)
    figure = Figure(figsize=(11, 7.6), dpi=110, facecolor="white")
    axes = figure.add_axes((0.02, 0.07, 0.96, 0.91))
    axes.set_axis_off()
    if not graph:
        axes.text(0.5, 0.5, "no entity is connected to another", ha="center", color=_FAINT)
        return _png(figure)
    places = _layout(graph)
    sizes = {
        name: 90 + 28 * min(mentions, 400) ** 0.55
        for name, mentions in graph.nodes(data="mentions")
    }
    for landscape in (True, False):
        pairs = [(a, b) for a, b, only in graph.edges(data="landscape") if only == landscape]
        nx.draw_networkx_edges(
            graph,
            places,
            edgelist=pairs,
            ax=axes,
            edge_color=_FAINT,
            width=0.8 if landscape else 1.3,
            style="dashed" if landscape else "solid",
            arrowsize=9,
            node_size=[sizes[name] for name in graph.nodes],
            connectionstyle="arc3,rad=0.06",
        )
    nx.draw_networkx_nodes(
        graph,
        places,
        ax=axes,
        node_color=[_COLOURS[label] for _, label in graph.nodes(data="label")],
        node_size=[sizes[name] for name in graph.nodes],
        edgecolors="white",
        linewidths=1.4,
    )
    _write_names(axes, graph, places, sizes)
    _write_relations(axes, graph, places)
    _legend(axes, graph)
    axes.margins(0.09, 0.07)
    return _png(figure)


def _choose(nodes: pl.DataFrame, edges: pl.DataFrame, limit: int):
    """Return the best connected nodes as a directed graph. Edges with a sentence count double."""
    import networkx as nx

    weight = pl.when(pl.col("sentence").is_null()).then(1.0).otherwise(1.0 + pl.col("confidence"))
    ends = pl.concat(
        [
            edges.select(entity_id=pl.col("head"), weight=weight),
            edges.select(entity_id=pl.col("tail"), weight=weight),
        ]
    )
    ranked = (
        nodes.join(ends.group_by("entity_id").agg(pl.col("weight").sum()), on="entity_id")
        .sort("weight", "mentions", "entity_id", descending=[True, True, False])
        .head(limit)
    )
    graph = nx.DiGraph()
    for row in ranked.iter_rows(named=True):
        graph.add_node(
            row["entity_id"], label=row["label"], name=row["name"], mentions=row["mentions"]
        )
    for row in edges.sort("edge_id").iter_rows(named=True):
        if row["head"] in graph and row["tail"] in graph:
            landscape = row["sentence"] is None
            known = graph.get_edge_data(row["head"], row["tail"])
            if known is None or (known["landscape"] and not landscape):
                graph.add_edge(row["head"], row["tail"], type=row["type"], landscape=landscape)
    graph.remove_nodes_from([name for name, degree in list(graph.degree) if degree == 0])
    return graph


def _layout(graph):
    """Place the nodes: each connected part by itself, the parts side by side by their size."""
    import networkx as nx

    parts = sorted(nx.weakly_connected_components(graph), key=lambda p: (-len(p), min(p)))
    places = {}
    left = 0.0
    for part in parts:
        names = [name for name in graph.nodes if name in part]
        inner = nx.Graph()  # built anew: the order of nodes decides the layout
        inner.add_nodes_from(names)
        inner.add_edges_from((a, b) for a, b in graph.edges if a in part)
        width = max(0.35, (len(names) / graph.number_of_nodes()) ** 0.6 * 2)
        found = nx.kamada_kawai_layout(inner) if len(names) > 1 else {names[0]: (0.0, 0.0)}
        for name, (x, y) in found.items():
            places[name] = (left + width * (x + 1) / 2, y * min(1.0, width))
        left += width + 0.18
    return places


def _write_names(axes, graph, places, sizes) -> None:
    for name, (x, y) in places.items():
        title = "\n".join(textwrap.wrap(_short(graph.nodes[name]["name"]), 18)) or "?"
        axes.annotate(
            title,
            (x, y),
            xytext=(0, -(sizes[name] ** 0.5) / 2 - 3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8.5,
            color=_INK,
            zorder=5,
            bbox={"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.75},
        )


def _short(title: str) -> str:
    return title if len(title) <= 34 else title[:16] + "…" + title[-16:]


def _write_relations(axes, graph, places) -> None:
    """Write an edge's relation at its middle, unless the landscape alone states it."""
    for head, tail, data in graph.edges(data=True):
        if data["landscape"]:
            continue
        x = (places[head][0] + places[tail][0]) / 2
        y = (places[head][1] + places[tail][1]) / 2
        axes.annotate(
            data["type"].replace("_", " "),
            (x, y),
            ha="center",
            va="center",
            fontsize=6.5,
            color="#5B6875",
            zorder=4,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8},
        )


def _legend(axes, graph) -> None:
    from matplotlib.lines import Line2D

    used = {label for _, label in graph.nodes(data="label")}
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            markersize=8,
            color=_COLOURS[label],
            label=label.replace("_", " ").lower(),
        )
        for label in [*LABELS, *LANDSCAPE_LABELS]
        if label in used
    ]
    handles.append(Line2D([], [], color=_FAINT, label="stated by a passage"))
    handles.append(Line2D([], [], color=_FAINT, linestyle="--", label="stated by the landscape"))
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.01),
        ncol=6,
        frameon=False,
        fontsize=8.5,
        labelcolor=_INK,
        handletextpad=0.4,
        columnspacing=1.4,
    )


def _png(figure) -> bytes:
    buffer = io.BytesIO()
    # without the metadata the bytes would name the version of matplotlib
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
