"""What the UI shows of a stored version: row count, schema, preview, drops, pictures."""

import base64
from typing import Any

import dagster as dg
import polars as pl

from cncf_llm.store import DROPS, Table, Version, count_reasons

Metadata = dict[str, Any]  # as Dagster's metadata arguments take it

_PREVIEW_ROWS = 5
_PREVIEW_WIDTH = 120


def table_metadata(version: Version, table: Table, preview: list[str]) -> Metadata:
    """Describe a version by its main table; `preview` names the columns worth a look."""
    frame = version.table(table.name)
    rows = "dagster/partition_row_count" if version.partition else "dagster/row_count"
    return {
        rows: frame.height,
        "dagster/column_schema": column_schema(table),
        "preview": markdown_table(frame.head(_PREVIEW_ROWS).select(preview)),
    }


def drop_metadata(version: Version, *tables: str) -> Metadata:
    """Say how many items were dropped, and for which reasons; `tables` are further drops tables."""
    frames = [version.table(name).select(DROPS.schema.names()) for name in ("drops", *tables)]
    reasons = count_reasons(pl.concat(frames))
    return {
        "dropped": sum(reasons.values()),
        "dropped by reason": dg.MetadataValue.json(reasons),
    }


def column_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        [
            dg.TableColumn(name, type=str(dtype), description=text)
            for name, (dtype, text) in table.columns.items()
        ]
    )


def markdown_table(frame: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Render a small frame as a Markdown table, long cells cut."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + " --- |" * frame.width]
    for row in frame.iter_rows():
        lines.append("| " + " | ".join(_cell(value) for value in row) + " |")
    return dg.MetadataValue.md("\n".join(lines))


def picture(png: bytes) -> dg.MarkdownMetadataValue:
    """Embed a PNG: the UI then shows it without a file server."""
    return dg.MetadataValue.md(f"![](data:image/png;base64,{base64.b64encode(png).decode()})")


def _cell(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = " ".join(text.replace("|", "\\|").split())
    return text if len(text) <= _PREVIEW_WIDTH else text[: _PREVIEW_WIDTH - 1] + "…"
