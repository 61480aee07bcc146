import polars as pl
import pytest

from cncf_llm.store import Table, count_reasons

THINGS = Table("things", {"id": (pl.String, "an id"), "tags": (pl.List(pl.String), "its tags")})


def test_an_empty_frame_has_the_columns():
    assert THINGS.frame().schema == {"id": pl.String, "tags": pl.List(pl.String)}


def test_a_value_of_the_wrong_type_is_refused():
    with pytest.raises(TypeError):
        THINGS.frame([{"id": 3, "tags": ["a"]}])


@pytest.mark.parametrize("row", [{"id": "a"}, {"id": "a", "tags": [], "more": 1}])
def test_missing_and_unknown_columns_are_refused(row):
    with pytest.raises(ValueError, match="a row of things"):
        THINGS.frame([row])


def test_reasons_are_counted_most_frequent_first():
    drops = pl.DataFrame({"reason": ["empty", "damaged", "empty"]})
    assert list(count_reasons(drops).items()) == [("empty", 2), ("damaged", 1)]
    assert count_reasons(drops.clear()) == {}
