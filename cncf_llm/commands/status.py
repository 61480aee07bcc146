"""`cncf-llm status`: what there is, per project, counted from the stored data."""

import polars as pl
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

# Heading, metric and digits of the scores in one line.
_SCORES = (
    ("answer loss", "answer_nll", 2),
    ("multiple choice", "multiple_choice", 2),
    ("token F1", "token_f1", 1),
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
    show_retired(store, console)
    show_leaderboard(store, console)


def show_retired(store: Store, console: Console) -> None:
    """Print which projects left the landscape, if any."""
    version = store.current("landscape")
    if version is None or "retired.parquet" not in version.files:
        return
    if names := version.table("retired")["project"].to_list():
        said = f"Retired, no longer in the landscape, data kept: {', '.join(names)}"
        console.print(said, highlight=False, soft_wrap=True)


def show_leaderboard(store: Store, console: Console) -> None:
    """Print one line per set and project: the base model's score, and the adapter's."""
    version = store.current("leaderboard")
    if version is None:
        return
    frame = version.table("leaderboard").filter(pl.col("project") != "all")
    for name in frame["set"].unique(maintain_order=True):
        board = Table(title=f"{name}: base model → adapter", title_justify="left")
        board.add_column("project")
        board.add_column("n", justify="right")
        for heading, _, _ in _SCORES:
            board.add_column(heading, justify="right", no_wrap=True)
        rows = frame.filter(pl.col("set") == name)
        for project in rows["project"].unique(maintain_order=True):
            board.add_row(*_scores(project, rows.filter(pl.col("project") == project)))
        console.print(board)
    console.print(
        "* the 95 % bootstrap intervals do not touch. Loss in nats per token; chance is 0.25.\n"
        "recall: facts that were taught, in new words. unseen: documents never trained on.\n"
        "control: another project's recall, where an adapter should gain nothing.\n"
        "Intervals, all metrics, the landscape adapter: cncf-llm show leaderboard --limit 500",
        highlight=False,
        soft_wrap=True,
    )


def _scores(project: str, rows: pl.DataFrame) -> list[str]:
    found = {(row["model"], row["metric"]): row for row in rows.iter_rows(named=True)}
    cells = []
    for _, metric, digits in _SCORES:
        base, adapter = found.get(("base", metric)), found.get(("adapter", metric))
        before = f"{base['value']:.{digits}f}" if base else "–"
        after = f"{adapter['value']:.{digits}f}" if adapter else "–"
        cells.append(f"{before} → {after}{'*' if adapter and adapter['apart'] else ' '}")
    return [project, str(rows["n"].max()), *cells]


def _rows(version: Version | None, table: str | None) -> int:
    if version is None:
        return 0
    return version.table(table or version.facts["table"]).height
