"""A picture of a graph: its best connected entities, coloured by label."""

import io
import math
from typing import TYPE_CHECKING, Any

import polars as pl

from cncf_llm.entities.colours import COLOURS
from cncf_llm.entities.labels import LABELS, LANDSCAPE_LABELS
from cncf_llm.entities.layout import HEIGHT, WIDTH, lines_of, place_nodes

if TYPE_CHECKING:
    from networkx import DiGraph

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
    figure = Figure(figsize=(WIDTH, HEIGHT + 0.6), dpi=110, facecolor="white")
    axes = figure.add_axes((0.0, 0.07, 1.0, 0.93))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, HEIGHT)
    if not graph:
        axes.text(
            WIDTH / 2, HEIGHT / 2, "no entity is connected to another", ha="center", color=_FAINT
        )
        return _png(figure)
    places = place_nodes(graph)
    sizes = {
        str(name): 90 + 28 * min(int(data["mentions"]), 400) ** 0.55
        for name, data in graph.nodes(data=True)
    }
    for landscape in (True, False):
        pairs = [(a, b) for a, b, d in graph.edges(data=True) if d["landscape"] == landscape]
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
        node_color=[COLOURS[data["label"]] for _, data in graph.nodes(data=True)],
        node_size=[sizes[name] for name in graph.nodes],
        edgecolors="white",
        linewidths=1.4,
    )
    _write_names(axes, graph, places, sizes)
    _write_relations(axes, graph, places)
    _legend(axes, graph)
    return _png(figure)


def _choose(nodes: pl.DataFrame, edges: pl.DataFrame, limit: int) -> "DiGraph[str]":
    """Return the best connected nodes as a directed graph. Edges with a sentence count double."""
    import networkx as nx

    edges = _telling(nodes, edges)
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
    graph: DiGraph[str] = nx.DiGraph()
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


def _telling(nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Leave out edges that would crowd the picture and say little.

    Of one head's edges of one type the surest few stay, and of these of one tail's the same. What
    the landscape says of every project (its maturity, who maintains it) is left out once there are
    several projects.
    """
    landscape = pl.col("sentence").is_null()
    stated_for = edges.filter(landscape)["head"].n_unique()
    if stated_for > 1:
        edges = edges.filter(~(landscape & pl.col("type").is_in(_SAID_OF_ALL)))
    ranked = edges.sort("count", "confidence", "edge_id", descending=[True, True, False])
    for end in ("head", "tail"):
        ranked = ranked.filter(pl.int_range(pl.len()).over(end, "type") < _OF_ONE_TYPE)
    return ranked


_SAID_OF_ALL = ["has_maturity", "maintained_by", "in_subcategory"]
_OF_ONE_TYPE = 5


def _write_names(axes: Any, graph: Any, places: Any, sizes: dict[str, float]) -> None:
    for name, (x, y) in places.items():
        title = "\n".join(lines_of(graph.nodes[name]["name"]))
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


def _write_relations(axes: Any, graph: Any, places: Any) -> None:
    """Write an edge's relation at its middle, unless the landscape alone states it."""
    for head, tail, data in graph.edges(data=True):
        if data["landscape"]:
            continue
        if math.dist(places[head], places[tail]) < 1.1:
            continue  # the names themselves need the room
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


def _legend(axes: Any, graph: Any) -> None:
    from matplotlib.lines import Line2D

    used = {data["label"] for _, data in graph.nodes(data=True)}
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            markersize=8,
            color=COLOURS[label],
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


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    # without the metadata the bytes would name the version of matplotlib
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
