"""Rows of a file that others made: JSON lines, Parquet or CSV."""

from pathlib import Path

import polars as pl

MOST_BYTES = 1_000_000_000


class RecordsError(Exception):
    """A file that cannot be read. The message says which one, why, and what to do."""


def read_records(path: Path) -> pl.DataFrame:
    """Return the rows of a .jsonl, .parquet or .csv file. Raises `RecordsError`."""
    readers = {
        ".jsonl": lambda: pl.read_ndjson(path, infer_schema_length=None),
        ".parquet": lambda: pl.read_parquet(path),
        ".csv": lambda: pl.read_csv(path, infer_schema=False),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise RecordsError(f"{path}: must end with {', '.join(readers)}")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RecordsError(f"{path} has more than {MOST_BYTES:,} bytes")
        if path.stat().st_size == 0:
            return pl.DataFrame()
        return reader()
    except OSError as error:
        raise RecordsError(f"{path} cannot be read: {error.strerror or error}") from error
    except pl.exceptions.PolarsError as error:
        reason = " ".join(str(error).split())[:200]
        raise RecordsError(f"{path} is no {path.suffix[1:]} file: {reason}") from error


def text_column(rows: pl.DataFrame, column: str, path: Path) -> list[str]:
    """Return a column of texts; null is empty. Raises `RecordsError` when there is none."""
    if column not in rows.columns:
        held = ", ".join(rows.columns) or "none"
        raise RecordsError(f"{path} has no column {column!r}; its columns: {held}")
    if rows[column].dtype not in (pl.String, pl.Null):
        raise RecordsError(f"{path}: column {column!r} holds {rows[column].dtype}, not text")
    return [value or "" for value in rows[column]]
