"""A table's columns, written once: they are its Parquet schema and what the UI shows of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Table:
    """A named table. `columns` maps a column's name to its type and a sentence about it."""

    name: str
    columns: Mapping[str, tuple[pl.DataType | type[pl.DataType], str]]

    @property
    def schema(self) -> pl.Schema:
        return pl.Schema({name: dtype for name, (dtype, _) in self.columns.items()})

    def frame(self, rows: Iterable[Mapping[str, object]] = ()) -> pl.DataFrame:
        """Return the rows as a frame with exactly this table's columns, in this order.

        Raises `ValueError` when a row has other columns, `TypeError` when a value does not fit.
        """
        rows = list(rows)
        for row in rows:
            if row.keys() != self.columns.keys():
                odd = ", ".join(sorted(row.keys() ^ self.columns.keys()))
                raise ValueError(f"a row of {self.name} lacks or has too much: {odd}")
        # By column: polars checks the types of columns, but coerces those of rows.
        return pl.DataFrame(
            {name: [row[name] for row in rows] for name in self.columns}, schema=self.schema
        )


# Every stage's account of what it left out: nothing vanishes silently.
DROPS = Table(
    "drops",
    {
        "project": (pl.String, "landscape key; null when the item belongs to none"),
        "item": (pl.String, "what was dropped: its id, path, name or URL"),
        "reason": (pl.String, "short code, for counting"),
        "detail": (pl.String, "what exactly was wrong, for a person"),
    },
)


def count_reasons(drops: pl.DataFrame) -> dict[str, int]:
    """Return how many rows of a drops table carry each `reason`, most frequent first."""
    if drops.is_empty():
        return {}
    counts = drops.group_by("reason").len().sort(["len", "reason"], descending=[True, False])
    return dict(counts.iter_rows())
