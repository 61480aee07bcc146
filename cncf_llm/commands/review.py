"""`cncf-llm review`: pairs go out to people as a spreadsheet, and come back with verdicts."""

from collections import Counter
from pathlib import Path

import dagster as dg
import polars as pl
from rich.console import Console

from cncf_llm.commands.errors import UsageError
from cncf_llm.questions import review
from cncf_llm.questions.curation import source_texts
from cncf_llm.store import Store, StoreError, digest

ASSET = "review_verdicts"


def export_sample(
    store: Store, console: Console, project: str, count: int, seed: int, path: Path
) -> None:
    """Write a sample of a project's pairs to a CSV file. Raises `UsageError`."""
    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path}: the sheet is a .csv file, which every spreadsheet opens")
    if path.exists():
        raise UsageError(f"{path} exists already, perhaps with verdicts: choose another name")
    pairs = _pairs(store, project)
    if pairs is None:
        raise UsageError(
            f"there are no pairs of {project} yet: `cncf-llm run --projects {project}`"
        )
    texts = source_texts(
        store.require("unified_corpus", project).table("passages"),
        store.require("entity_graph", project).table("nodes").head(0),
        store.require("landscape").table("projects"),
    )
    try:
        written = review.write_sheet(review.draw(pairs, count, seed), texts, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    console.print(
        f"{path}: {written} of {pairs.height:,} pairs. Write accept, correct or reject into the "
        f"first column, then `cncf-llm review import {path}`",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def import_sheet(store: Store, instance: dg.DagsterInstance, console: Console, path: Path) -> None:
    """Keep a sheet's verdicts: each project's are a new version of its `review_verdicts`.

    A verdict replaces an earlier one on the same question and answer. Raises `UsageError` when the
    sheet is wrong; then nothing is kept.
    """
    try:
        verdicts = review.read_sheet(path)
    except review.SheetError as error:
        raise UsageError(str(error)) from error
    if verdicts.is_empty():
        raise UsageError(f"{path} has no verdict: write accept, correct or reject into rows")
    projects = verdicts["project"].unique().sort().to_list()
    for project in projects:
        if project not in store.partitions("qa_pairs"):
            raise UsageError(f"{path}: there are no pairs of a project {project!r}")
    for project in projects:
        new = verdicts.filter(project=project)
        merged = _keep(store, project, new)
        instance.report_runless_asset_event(
            dg.AssetMaterialization(
                ASSET,
                partition=project,
                metadata={"verdicts": merged.height, "imported": new.height},
            )
        )
        counts = Counter(new["verdict"])
        said = ", ".join(f"{counts[word]} {word}" for word in sorted(counts))
        gone = _gone(store, project, new)
        if gone:
            said += f"; {gone} on pairs that have changed since, kept in case they return"
        console.print(f"{project}: {said}", highlight=False, soft_wrap=True, markup=False)
    console.print(
        f"`cncf-llm run --projects {','.join(projects)}` applies them",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _keep(store: Store, project: str, new: pl.DataFrame) -> pl.DataFrame:
    current = store.current(ASSET, project)
    old = current.table("verdicts") if current else review.VERDICTS.frame()
    stays = old.filter(~pl.col("review_key").is_in(new["review_key"].implode()))
    merged = pl.concat([stays, new]).sort("review_key")
    with store.draft(ASSET, project, digest({"verdicts": merged.to_dicts()})) as draft:
        draft.write("verdicts", merged)
    return merged


def _gone(store: Store, project: str, verdicts: pl.DataFrame) -> int:
    """Count verdicts on pairs that are not there now, before this import is applied."""
    pairs = _pairs(store, project)
    if pairs is None:
        return verdicts.height
    held = {
        review.review_key(*row) for row in pairs.select("fact_id", "question", "answer").iter_rows()
    }
    return sum(key not in held for key in verdicts["review_key"])


def _pairs(store: Store, project: str) -> pl.DataFrame | None:
    try:
        version = store.current("qa_pairs", project)
    except StoreError as error:
        raise UsageError(str(error)) from error
    return version.table("pairs") if version else None
