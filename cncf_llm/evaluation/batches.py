"""Batches whose shape does not depend on who else is in them.

A matrix product's last digits change with its shape. Rows of equal width are put together, and the
last batch is filled up, so an item's score is the same whether the other items were scored with it
or carried over from an earlier run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_STEP = 32  # widths are multiples of this many tokens


@dataclass(frozen=True)
class Row:
    """Token ids of one row, its place in the caller's list, and how many of them are the answer."""

    index: int
    ids: list[int]
    answer: int = 0


def batches(rows: Sequence[Row], size: int, limit: int) -> Iterator[tuple[list[Row], int]]:
    """Yield rows in batches of at most `size`, each with its width, shortest rows first.

    `limit` is the model's context; no width is above it. Raises `ValueError` for a longer row.
    """
    by_width: dict[int, list[Row]] = {}
    for row in rows:
        if len(row.ids) > limit:
            raise ValueError(f"row {row.index} has {len(row.ids)} tokens, the limit is {limit}")
        width = min(limit, -(-len(row.ids) // _STEP) * _STEP)
        by_width.setdefault(width, []).append(row)
    for width in sorted(by_width):
        same = by_width[width]
        for start in range(0, len(same), size):
            yield same[start : start + size], width


def left_padded(
    rows: Sequence[Row], width: int, height: int, pad: int, device: Any
) -> tuple[Any, Any, Any]:
    """Return ids, attention mask and positions as tensors of shape (height, width).

    Rows are padded on the left; missing rows repeat the first one.
    """
    import torch

    ids = torch.full((height, width), pad, dtype=torch.long)
    mask = torch.zeros((height, width), dtype=torch.long)
    for place in range(height):
        row = rows[place] if place < len(rows) else rows[0]
        ids[place, width - len(row.ids) :] = torch.tensor(row.ids)
        mask[place, width - len(row.ids) :] = 1
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    return ids.to(device), mask.to(device), positions.to(device)
