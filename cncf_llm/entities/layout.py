"""Where the nodes of a picture go, so that their names can be read."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from networkx import DiGraph

WIDTH, HEIGHT = 11.0, 7.6  # inches


def place_nodes(graph: "DiGraph[str]") -> dict[str, tuple[float, float]]:
    """Place the nodes, in inches: large connected parts first, then the small ones in a column.

    Kamada and Kawai's layout inside a part; then names that overlap are pushed apart.
    """
    import networkx as nx

    parts = sorted(nx.weakly_connected_components(graph), key=lambda p: (-len(p), min(p)))
    large = [part for part in parts if len(part) > 3] or parts[:1]
    small = [part for part in parts if part not in large]
    column = 2.6 if small else 0.0
    total = sum(len(part) ** 0.7 for part in large)
    places: dict[str, tuple[float, float]] = {}
    left = 0.0
    for part in large:
        width = (WIDTH - column) * len(part) ** 0.7 / total
        _place(graph, part, places, left, 0.0, width, HEIGHT)
        left += width
    for row, part in enumerate(small):
        height = HEIGHT / len(small)
        _place(graph, part, places, left, HEIGHT - (row + 1) * height, column, height)
    return _pushed_apart(graph, places)


def _place(
    graph: "DiGraph[str]",
    part: set[str],
    places: dict[str, tuple[float, float]],
    left: float,
    bottom: float,
    width: float,
    height: float,
) -> None:
    """Lay one connected part out inside a box."""
    import networkx as nx

    names = [name for name in graph.nodes if name in part]
    inner: nx.Graph[str] = nx.Graph()  # built anew: the order of nodes decides the layout
    inner.add_nodes_from(names)
    inner.add_edges_from((a, b) for a, b in graph.edges if a in part)
    found = nx.kamada_kawai_layout(inner)
    xs, ys = [p[0] for p in found.values()], [p[1] for p in found.values()]
    for name, (x, y) in found.items():
        across = (x - min(xs)) / ((max(xs) - min(xs)) or 1)
        up = (y - min(ys)) / (max(ys) - min(ys)) if max(ys) - min(ys) > 1e-6 else 0.5
        places[name] = (
            left + 0.75 + across * max(width - 1.5, 0.1),
            bottom + 0.35 + up * max(height - 0.7, 0.0),
        )


def _pushed_apart(
    graph: "DiGraph[str]", places: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Move nodes until the boxes of node and name hardly overlap, or 300 rounds are over."""
    boxes = {name: _box(graph.nodes[name]["name"]) for name in graph.nodes}
    at = {name: list(place) for name, place in places.items()}
    names = list(at)
    for _ in range(300):
        moved = False
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                dx, dy = at[b][0] - at[a][0], at[b][1] - at[a][1]
                over_x = (boxes[a][0] + boxes[b][0]) / 2 - abs(dx)
                over_y = (boxes[a][1] + boxes[b][1]) / 2 - abs(dy)
                if over_x <= 0 or over_y <= 0:
                    continue
                moved = True
                axis, over, side = (0, over_x, dx) if over_x < over_y else (1, over_y, dy)
                push = over / 2 * (0.5 if side >= 0 else -0.5)
                at[a][axis] -= push
                at[b][axis] += push
        for place in at.values():
            place[0] = min(max(place[0], 0.7), WIDTH - 0.7)
            place[1] = min(max(place[1], 0.5), HEIGHT - 0.2)
        if not moved:
            break
    return {name: (place[0], place[1]) for name, place in at.items()}


def _box(title: str) -> tuple[float, float]:
    lines = lines_of(title)
    return 0.078 * max(map(len, lines)) + 0.15, 0.42 + 0.15 * len(lines)


def lines_of(title: str) -> list[str]:
    """Break a name after spaces, dots, slashes and hyphens, into lines of about 20 characters."""
    short = title if len(title) <= 44 else title[:21] + "…" + title[-21:]
    lines = [""]
    for piece in re.findall(r"[^\s./-]*[\s./-]*", short):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > 20:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]
