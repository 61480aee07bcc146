"""How long the passages of a corpus are."""

import polars as pl

_WORDS = 25  # in a bar
_BARS = 13  # the last one has all longer passages
_WIDTH = 40


def length_histogram(passages: pl.DataFrame) -> pl.DataFrame:
    """Return a histogram as a table: range of words, passages, and a bar drawn in characters."""
    bars = passages.select((pl.col("tokens") // _WORDS).clip(upper_bound=_BARS - 1).alias("bar"))
    counts = dict(bars.group_by("bar").len().iter_rows())
    most = max(counts.values(), default=1)
    rows = [
        {
            "words": f"{_WORDS * bar}-{_WORDS * (bar + 1) - 1}" if bar + 1 < _BARS else "more",
            "passages": counts.get(bar, 0),
            "": "█" * round(_WIDTH * counts.get(bar, 0) / most),
        }
        for bar in range(_BARS)
    ]
    return pl.DataFrame(rows)
