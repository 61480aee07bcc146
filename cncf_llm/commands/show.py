"""`cncf-llm show ASSET`: rows of an asset, as a table or as JSON lines."""

import json
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from cncf_llm.commands.errors import UsageError
from cncf_llm.store import Store, StoreError, Version

_CELL = 60


def show(
    store: Store,
    console: Console,
    asset: str,
    project: str | None,
    table: str | None,
    limit: int,
    output: str,
) -> None:
    """Print the first rows of an asset's table. Raises `UsageError` when there is nothing."""
    try:
        keys: list[str | None] = [project] if project else [None, *store.partitions(asset)]
        versions = [v for key in keys if (v := store.current(asset, key))]
    except StoreError as error:
        raise UsageError(str(error)) from error
    if not versions:
        where = f"{asset} of {project}" if project else asset
        raise UsageError(f"there is no {where} yet: `cncf-llm run --select {asset}` makes it")
    if not any("table" in version.facts for version in versions):  # a model: files, no rows
        for version in versions:
            console.print(
                f"{version.location}: {', '.join(sorted(version.files))}", highlight=False
            )
        return
    rows = _rows(versions, table, limit)
    if output == "jsonl":
        for row in rows:
            print(json.dumps(row, ensure_ascii=False, default=_plain))
        return
    found = list(rows)
    view = Table(title=f"{asset}{f' of {project}' if project else ''}", show_lines=False)
    for name in found[0] if found else ():
        view.add_column(name, overflow="ellipsis", no_wrap=True, max_width=_CELL)
    for row in found:
        view.add_row(*(_cell(value) for value in row.values()))
    console.print(view if found else f"{asset} has no rows")


def _rows(versions: list[Version], table: str | None, limit: int) -> Iterator[dict[str, object]]:
    for version in versions:
        frame = version.table(table or version.facts["table"]).head(limit)
        yield from frame.iter_rows(named=True)
        limit -= frame.height
        if limit <= 0:
            return


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise TypeError(f"{type(value).__name__} cannot be shown as JSON")


def _cell(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return " ".join(str(value).split())[: _CELL * 2]
