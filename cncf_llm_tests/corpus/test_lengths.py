import polars as pl

from cncf_llm.corpus import length_histogram


def test_passages_are_counted_by_length():
    histogram = length_histogram(pl.DataFrame({"tokens": [0, 24, 25, 49, 30, 30, 2000]}))
    rows = histogram.filter(pl.col("passages") > 0).rows()
    assert rows == [("0-24", 2, "█" * 20), ("25-49", 4, "█" * 40), ("more", 1, "█" * 10)]


def test_no_passages_have_no_bars():
    histogram = length_histogram(pl.DataFrame({"tokens": []}, schema={"tokens": pl.Int64}))
    assert histogram["passages"].sum() == 0
