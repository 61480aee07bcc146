"""The text that many places of a project share: left out when two passages are compared.

Reference pages are written from templates: most of their text is the same, and what differs is what
they are about. Comparing whole texts takes them for copies of one another. So lines and sentences
that stand in `COMMON` places are set aside first. That text repeated within documents misleads the
search for copies of documents: Lee et al. (2022), https://arxiv.org/abs/2107.06499.
"""

import polars as pl

COMMON = 5  # places in which a line or sentence stands that is boilerplate


def own_text(passages: pl.DataFrame, wanted: pl.Series) -> dict[str, str]:
    """Return the text without boilerplate of the `wanted` passages, by their id.

    `passages` are all of a project, with `passage_id`, `text` and `place`: a name that versions of
    one section share, so that a text is not boilerplate for having versions.
    """
    units = (
        passages.lazy()
        .select("passage_id", "place", pl.col("text").str.to_lowercase())
        .with_columns(pl.col("text").str.replace_all(r"([.!?:;]) ", "$1\n").str.split("\n"))
        .explode("text", empty_as_null=True, keep_nulls=True)
        .with_columns(pl.col("text").str.strip_chars())
        .filter(pl.col("text") != "")
    )
    asked = units.filter(pl.col("passage_id").is_in(wanted.implode()))
    common = (
        units.join(asked.select("text").unique(), on="text", how="semi")
        .group_by("text")
        .agg(pl.col("place").n_unique().alias("places"))
        .filter(pl.col("places") >= COMMON)
    )
    own = (
        asked.join(common, on="text", how="anti", maintain_order="left")
        .group_by("passage_id", maintain_order=True)
        .agg(pl.col("text").str.join("\n"))
    )
    return dict(own.collect().iter_rows())
