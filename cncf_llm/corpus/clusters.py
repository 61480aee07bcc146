"""How many pages collapsed into one: the figure that shows templated pages taken for copies."""

import polars as pl

SHOWN = 5

CLUSTERS = {
    "kept": pl.String,  # page and headings of the passage that is kept
    "pages": pl.UInt32,  # with passages in the cluster; versions and translations count as one
    "passages": pl.UInt32,
    "text": pl.String,  # how the kept passage begins
}


def largest_clusters(duplicates: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return the `SHOWN` largest clusters of near duplicates, the one with most pages first.

    `duplicates` are those of `find_duplicates`, `passages` what it was given, with the column
    `page`. A passage and its near duplicates are a cluster. Columns: see `CLUSTERS`.
    """
    near = duplicates.filter(reason="near-duplicate").select("passage_id", "kept_id")
    kept = near.select(pl.col("kept_id").alias("passage_id"), "kept_id").unique()
    pages = passages.select("passage_id", "page")
    sizes = (
        pl.concat([near, kept])
        .join(pages, on="passage_id")
        .group_by("kept_id")
        .agg(pl.col("page").n_unique().alias("pages"), pl.len().alias("passages"))
    )
    named = sizes.join(passages.rename({"passage_id": "kept_id"}), on="kept_id")
    return (
        named.sort(["pages", "passages", "kept_id"], descending=[True, True, False])
        .head(SHOWN)
        .select(
            pl.col("place").alias("kept"), "pages", "passages", pl.col("text").str.slice(0, 200)
        )
        .cast(CLUSTERS)  # pyright: ignore[reportArgumentType]
    )
