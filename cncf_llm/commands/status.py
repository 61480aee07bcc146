"""`cncf-llm status`: what there is, per project, counted from the stored data."""

from rich.console import Console
from rich.table import Table

from cncf_llm.store import Store, Version

# Heading, asset, and the table whose rows are counted.
_COUNTS = (
    ("documents", ("repository_documents", "website_documents", "stackoverflow_threads"), None),
    ("passages", ("unified_corpus",), "passages"),
    ("entities", ("entity_graph",), "nodes"),
    ("edges", ("entity_graph",), "edges"),
    ("pairs", ("qa_pairs",), "pairs"),
)


def show_status(store: Store, console: Console) -> None:
    """Print one line per project that has data, with its counts and scores."""
    names = sorted({key for _, assets, _ in _COUNTS for a in assets for key in store.partitions(a)})
    if not names:
        console.print("Nothing is materialized yet: `cncf-llm run` makes everything.")
        return
    counts = Table(title="What there is, by project", title_justify="left")
    counts.add_column("project")
    for heading, _, _ in _COUNTS:
        counts.add_column(heading, justify="right")
    totals = [0] * len(_COUNTS)
    for name in names:
        row = [
            sum(_rows(store.current(asset, name), table) for asset in assets)
            for _, assets, table in _COUNTS
        ]
        totals = [total + value for total, value in zip(totals, row, strict=True)]
        counts.add_row(name, *(f"{value:,}" for value in row))
    counts.add_section()
    counts.add_row("all", *(f"{total:,}" for total in totals))
    console.print(counts)
    show_leaderboard(store, console)


def show_leaderboard(store: Store, console: Console) -> None:
    """Print the leaderboard: multiple choice and token F1 of each model in each set."""
    version = store.current("leaderboard")
    if version is None:
        return
    board = Table(
        title="Scores (95 % bootstrap interval); chance in multiple choice is 0.25",
        title_justify="left",
    )
    frame = version.table("leaderboard")
    for name in frame.columns:
        board.add_column(name, justify="left" if frame[name].dtype == "String" else "right")
    for row in frame.iter_rows():
        board.add_row(*(str(value) for value in row))
    console.print(board)


def _rows(version: Version | None, table: str | None) -> int:
    if version is None:
        return 0
    return version.table(table or version.facts["table"]).height
