"""Where the nodes of the interactive page go: thousands, so placed by forces alone.

The same graph gives the same places; they are rounded to whole units.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_ROUNDS = 200
_CHARGE = 60.0  # how strongly nodes repel one another
_FAR = 700.0  # beyond it nodes do not repel: parts that nothing joins stay near
_LINK = 34.0  # length of an edge, before the radii of its ends
_ACROSS, _UP = 0.035, 0.055  # pull to the middle: weaker across, for windows are wide
_SLOWING = 0.6
_GAP = 3.0  # between two circles
_BLOCK = 64  # nodes whose distances to all others are held at once: they fit a processor's cache


def spread_nodes(
    radii: Sequence[float], edges: Sequence[tuple[int, int, float]]
) -> list[tuple[int, int]]:
    """Return a place for each of the nodes 0 to n - 1, whose circles have these radii.

    `edges` are pairs of nodes and how strongly each pulls, 0 to 1. The forces are those of
    d3-force (https://d3js.org/d3-force): edges as springs, weaker at well connected ends; charges
    that repel, computed exactly; a pull to the middle; a start on a spiral. Circles that overlap
    are pushed apart at the end. Time grows with the square of the nodes: 2,000 take about ten
    seconds.
    """
    import numpy as np

    count = len(radii)
    if not count:
        return []
    number = np.arange(count)
    angle = number * np.pi * (3 - np.sqrt(5))
    places = 12 * np.sqrt(number + 0.5)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    speed = np.zeros_like(places)
    size = np.asarray(radii, dtype=float)
    springs = _springs(size, edges) if edges else None
    decay = 0.001 ** (1 / _ROUNDS)
    alpha = 1.0
    for _ in range(_ROUNDS):
        alpha *= decay
        if springs is not None:
            _pull(places, speed, springs, alpha)
        _repel(places, speed, alpha)
        speed -= alpha * places * (_ACROSS, _UP)
        speed *= _SLOWING
        places += speed
    _push_apart(places, size)
    return [(round(float(x)), round(float(y))) for x, y in places]


def _springs(size: "np.ndarray", edges: Sequence[tuple[int, int, float]]) -> Any:
    """Return heads, tails, lengths, strengths, and the share of the move that the tail makes."""
    import numpy as np

    heads = np.array([head for head, _, _ in edges])
    tails = np.array([tail for _, tail, _ in edges])
    pulls = np.array([pull for _, _, pull in edges])
    degree = np.bincount(np.concatenate([heads, tails]), minlength=len(size))
    strength = pulls / np.minimum(degree[heads], degree[tails])
    return (
        heads,
        tails,
        _LINK + size[heads] + size[tails],
        strength,
        degree[heads] / (degree[heads] + degree[tails]),
    )


def _pull(places: "np.ndarray", speed: "np.ndarray", springs: Any, alpha: float) -> None:
    import numpy as np

    heads, tails, lengths, strength, share = springs
    apart = places[tails] + speed[tails] - places[heads] - speed[heads]
    distance = np.maximum(np.sqrt((apart**2).sum(axis=1)), 1e-6)
    move = apart * ((distance - lengths) / distance * alpha * strength)[:, None]
    np.add.at(speed, tails, -move * share[:, None])
    np.add.at(speed, heads, move * (1 - share)[:, None])


def _repel(places: "np.ndarray", speed: "np.ndarray", alpha: float) -> None:
    import numpy as np

    xs, ys = np.ascontiguousarray(places.T, dtype=np.float32)
    for first in range(0, len(xs), _BLOCK):
        rows = slice(first, first + _BLOCK)
        across, up = xs - xs[rows, None], ys - ys[rows, None]
        force = across * across
        force += up * up
        np.maximum(force, 1.0, out=force)
        np.divide(_CHARGE * alpha, force, out=force)
        force -= _CHARGE * alpha / _FAR**2
        np.maximum(force, 0.0, out=force)
        speed[rows, 0] -= np.einsum("ij,ij->i", across, force)
        speed[rows, 1] -= np.einsum("ij,ij->i", up, force)


def _push_apart(places: "np.ndarray", size: "np.ndarray") -> None:
    """Move circles that overlap, half of the overlap each, for at most 40 rounds."""
    import numpy as np

    radii = size.astype(np.float32) + _GAP / 2
    for _ in range(40):
        xs, ys = np.ascontiguousarray(places.T, dtype=np.float32)
        moved = False
        for first in range(0, len(xs), _BLOCK):
            rows = slice(first, first + _BLOCK)
            across, up = xs[rows, None] - xs, ys[rows, None] - ys
            need = radii[rows, None] + radii
            one, other = np.nonzero(across * across + up * up < need * need)
            apart = one + first != other
            one, other = one[apart], other[apart]
            if not len(one):
                continue
            moved = True
            far = np.maximum(np.hypot(across[one, other], up[one, other]), 1e-3)
            push = (need[one, other] - far) / far / 2
            np.add.at(places[:, 0], one + first, push * across[one, other])
            np.add.at(places[:, 1], one + first, push * up[one, other])
        if not moved:
            break
