"""The data set as others get it: rows with a known licence, their sources, a card."""

from pathlib import Path

import polars as pl

from cncf_llm.release.manifest import write_manifest
from cncf_llm.release.tables import SOURCES
from cncf_llm.store import DROPS


def release_dataset(dataset: Path, folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Copy a stored data set into `folder`, ready to publish; return its SOURCES and its DROPS.

    Rows whose licence is unknown stay out (`licence-unknown`). The folder has the data set's own
    layout and card, `SOURCES.csv` with repository, revision and licence, and `manifest.json`.
    """
    kept: list[pl.DataFrame] = []
    dropped: list[dict[str, object]] = []
    for file in sorted(dataset.glob("*/*.parquet")):
        rows = pl.read_parquet(file)
        known = rows["licence"].is_not_null() & ~rows["licence"].str.contains("unknown")
        for row in rows.filter(~known).iter_rows(named=True):
            detail = f"{row['repository']} {row['path']}"
            dropped.append(
                {
                    "project": row["project"],
                    "item": row["qa_id"],
                    "reason": "licence-unknown",
                    "detail": detail,
                }
            )
        target = folder / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        rows.filter(known).write_parquet(target)
        kept.append(rows.filter(known))
    by = ["project", "repository", "revision", "licence"]
    sources = (
        pl.concat(kept).group_by(by).len(name="rows").sort(by).cast({"rows": pl.Int64})
        if kept
        else SOURCES.frame()
    )
    sources.write_csv(folder / "SOURCES.csv")
    licences = sources.group_by("licence").agg(pl.col("rows").sum()).sort("licence")
    card = (dataset / "README.md").read_text(encoding="utf-8")
    listed = "".join(f"| {licence} | {rows:,} |\n" for licence, rows in licences.iter_rows())
    (folder / "README.md").write_text(
        f"{card.rstrip()}\n\n## Licences\n\nEach row has its licence in the column `licence`; "
        f"`SOURCES.csv` lists every source with its revision.\n\n| licence | rows |\n|---|---:|\n"
        f"{listed}",
        encoding="utf-8",
    )
    write_manifest(folder, {"kind": "dataset", "rows": int(sources["rows"].sum())})
    return sources, DROPS.frame(dropped)
