"""A picture of a corpus."""

import io

import polars as pl


def length_picture(passages: pl.DataFrame) -> bytes:
    """Return a histogram of the passages' lengths in words, as PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.hist(passages["tokens"].to_list(), bins=40, color="#4c72b0")
    axes.set(xlabel="words in a passage", ylabel="passages")
    axes.spines[["top", "right"]].set_visible(False)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    return content.getvalue()
