import polars as pl

from cncf_llm.landscape import RETIRED, lost_too_many, membership, retired_projects


def frame(*keys):
    return pl.DataFrame({"project": keys, "name": [key.upper() for key in keys]})


def test_who_enters_leaves_and_is_put_aside():
    change = membership(["a", "b", "c"], ["b", "x"])
    assert (change.enter, change.leave, change.aside) == (("a", "c"), ("x",), ())
    change = membership(["a", "b", "c"], ["b", "x"], ["a", "z"])
    assert (change.enter, change.leave, change.aside) == (("a",), ("x",), ("b",))
    assert change.unknown == ("z",)
    assert str(change) == (
        "1 entered (a); 1 left the landscape (x); 1 put aside by CNCF_LLM_PROJECTS (b)"
    )
    assert not membership(["a"], ["a"])
    assert "and 90 more" in str(membership([f"p{n}" for n in range(100)], []))


def test_retired_projects_are_carried_over_until_they_come_back():
    first = retired_projects(frame("a"), frame("a", "b"), None, "hash1")
    assert first.schema == RETIRED.schema
    assert first.rows() == [("b", "B", "hash1")]
    second = retired_projects(frame("c"), frame("a", "c"), first, "hash2")
    assert second.rows() == [("a", "A", "hash2"), ("b", "B", "hash1")]
    assert retired_projects(frame("b", "c"), frame("c"), second, "hash3").rows() == [
        ("a", "A", "hash2")
    ]


def test_half_is_not_too_many():
    assert [lost_too_many(n, 10) for n in (0, 4, 5, 20)] == [True, True, False, False]
    assert lost_too_many(0, 0)
