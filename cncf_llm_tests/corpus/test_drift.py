import polars as pl
import pytest

from cncf_llm.corpus import generation, share_changed, trained_on


def passages(**hashes):
    return trained_on(
        pl.DataFrame({"passage_id": list(hashes), "content_hash": list(hashes.values())})
    )


@pytest.mark.parametrize(
    ("now", "share"),
    [
        ({"a": "1", "b": "2"}, 0.0),
        ({"a": "1", "b": "9"}, 2 / 3),  # the old b is gone, a new one came: 1 of 3 is shared
        ({"a": "1", "b": "2", "c": "3"}, 1 / 3),
        ({"x": "1"}, 1.0),
    ],
)
def test_the_share_that_changed(now, share):
    assert share_changed(passages(a="1", b="2"), passages(**now)) == pytest.approx(share)


def test_two_empty_corpora_are_the_same():
    assert share_changed(passages(), passages()) == 0.0


def test_a_generation_does_not_depend_on_the_order():
    assert generation(passages(a="1", b="2")) == generation(passages(b="2", a="1"))
    assert generation(passages(a="1")) != generation(passages(a="2"))
