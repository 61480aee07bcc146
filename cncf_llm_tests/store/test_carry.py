import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cncf_llm.store import carry_over


def documents(**contents: str) -> pl.DataFrame:
    return pl.DataFrame({"id": list(contents), "content_hash": list(contents.values())})


def letters(changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """A stage: one output row per letter of the content; `-` stands for no output at all."""
    rows = [(i, c) for i, h in changed.iter_rows() for c in h if c != "-"]
    return {
        "letters": pl.DataFrame(rows, schema={"id": pl.String, "letter": pl.String}, orient="row")
    }


def run(inputs, previous=None, recipe="1"):
    seen = []

    def compute(changed):
        seen.extend(changed["id"])
        return letters(changed)

    return carry_over(inputs, previous, compute, key="id", recipe=recipe), seen


def test_only_new_and_changed_rows_are_computed():
    first, seen = run(documents(a="xy", b="-", c="z"))
    assert seen == ["a", "b", "c"]
    second, seen = run(documents(a="xy", b="-", c="zz", d="w"), first.tables)
    assert seen == ["c", "d"]
    assert (second.reused, second.computed, second.removed) == (2, 2, 0)


def test_the_result_is_that_of_a_computation_from_scratch():
    first, _ = run(documents(c="z", a="xy", b="q"))
    later = documents(b="qq", a="xy", d="w")
    carried, _ = run(later, first.tables)
    fresh, _ = run(later)
    for name in fresh.tables:
        assert_frame_equal(carried.tables[name], fresh.tables[name])


def test_a_deleted_row_takes_its_descendants_with_it():
    first, _ = run(documents(a="x", b="y"))
    second, seen = run(documents(b="y"), first.tables)
    assert seen == []
    assert second.removed == 1
    assert second.tables["letters"]["id"].to_list() == ["b"]


def test_another_recipe_recomputes_everything():
    first, _ = run(documents(a="x", b="y"))
    _, seen = run(documents(a="x", b="y"), first.tables, recipe="2")
    assert seen == ["a", "b"]


def test_an_id_that_occurs_twice_is_refused():
    twice = pl.DataFrame({"id": ["a", "a"], "content_hash": ["x", "y"]})
    with pytest.raises(ValueError, match="a occurs more than once"):
        run(twice)
