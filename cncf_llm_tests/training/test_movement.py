"""How far pairs moved, with pairs that can be counted by hand."""

import polars as pl
import pytest

from cncf_llm.training import TRAINED_ON, Thresholds, how_little, movement, trained_on, why

USUAL = Thresholds(changed_tokens=0.1, stale_pairs=0.05, new_kinds=1)


def pairs(numbers, answer="It is so.", kind="setting", project="etcd"):
    """Pairs of ten tokens each: six in the question, four in the answer."""
    rows = [
        {
            "project": project,
            "qa_id": f"qa-{kind}-{number:03}",
            "kind": kind,
            "question": f"Is number {number} as said?",
            "answer": answer,
        }
        for number in numbers
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String) if rows else None)


def moved(before, now):
    return movement(trained_on(before), trained_on(now))


def test_what_is_kept_is_small_and_says_all():
    table = trained_on(pairs([2, 1]))
    assert table.schema == TRAINED_ON.schema
    assert table["qa_id"].to_list() == ["qa-setting-001", "qa-setting-002"]
    assert table["tokens"].to_list() == [10, 10]
    assert set(table["content_hash"].str.len_chars()) == {16}


def test_it_takes_about_fifty_bytes_a_pair(tmp_path):
    trained_on(pairs(range(10_000))).write_parquet(tmp_path / "t.parquet", compression="zstd")
    assert (tmp_path / "t.parquet").stat().st_size < 500_000


def test_the_same_pairs_in_another_order_did_not_move():
    found = moved(pairs(range(20)), pairs(reversed(range(20))))
    assert (found.new_tokens, found.stale_pairs, found.new_kinds) == (0, 0, ())
    assert why(found, USUAL) is None
    assert why(found, Thresholds(0.0, 0.0, 1)) is None  # nothing is nothing, at any threshold


def test_new_pairs_are_changed_tokens():
    found = moved(pairs(range(90)), pairs(range(100)))
    assert (found.tokens, found.new_tokens, found.stale_pairs) == (1000, 100, 0)
    assert why(found, USUAL) == (
        "10 % of the tokens changed since the adapter was trained (threshold 10 %)"
    )
    found = moved(pairs(range(91)), pairs(range(100)))
    assert why(found, USUAL) is None
    assert how_little(found, USUAL) == (
        "9 % of tokens changed, below 10 %; 0 % of pairs stale, below 5 %"
    )


def test_a_pair_that_is_gone_is_stale():
    found = moved(pairs(range(100)), pairs(range(95)))
    assert (found.new_tokens, found.stale_pairs, found.trained_pairs) == (0, 5, 100)
    assert why(found, USUAL) == (
        "5 of the 100 pairs that it learned are stale: 5 % (threshold 5 %)"
    )
    assert why(moved(pairs(range(100)), pairs(range(96))), USUAL) is None


def test_another_answer_is_new_and_stale():
    now = pl.concat([pairs(range(94)), pairs(range(94, 100), answer="It is not so.")])
    found = moved(pairs(range(100)), now)
    assert (found.new_tokens, found.stale_pairs) == (6 * 11, 6)
    assert "6 of the 100 pairs" in str(why(found, USUAL))


def test_a_new_kind_counts_once_it_has_enough_pairs():
    before = pairs(range(1000))
    nine = pl.concat([before, pairs(range(9), kind="how-to")])
    ten = pl.concat([before, pairs(range(10), kind="how-to")])
    assert moved(before, nine).new_kinds == ()
    assert moved(before, ten).new_kinds == (("how-to", 10),)
    assert why(moved(before, ten), USUAL) == (
        "it never saw these kinds of questions: how-to (10 pairs)"
    )
    two = Thresholds(0.1, 0.05, new_kinds=2)
    assert why(moved(before, ten), two) is None
    assert how_little(moved(before, ten), two).endswith("; 1 new kinds, fewer than 2")


def test_all_reasons_are_named():
    said = str(why(moved(pairs(range(10)), pairs(range(10), kind="how-to")), USUAL))
    assert said.count(";") == 2


@pytest.mark.parametrize(("before", "now"), [(10, 0), (0, 10), (0, 0)])
def test_no_pairs_are_no_division_by_zero(before, now):
    found = movement(
        trained_on(pairs(range(before or 1))).head(before),
        trained_on(pairs(range(now or 1))).head(now),
    )
    assert found.changed_share == (1.0 if now else 0.0)
    assert found.stale_share == (1.0 if before else 0.0)


def test_the_same_pair_of_two_projects_is_two_pairs():
    found = moved(pairs([1]), pl.concat([pairs([1]), pairs([1], project="helm")]))
    assert (found.new_tokens, found.tokens) == (10, 20)
