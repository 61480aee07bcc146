"""A model against the one before it, with scores that can be compared by hand."""

import polars as pl
import pytest

from cncf_llm.evaluation import (
    AGAINST_REPLACED,
    ITEM_SCORES,
    against_replaced,
    worse_than_replaced,
)
from cncf_llm_tests.evaluation.test_summary import row


def scores(losses, name="recall", **changes):
    rows = [
        row(number, loss, True, model="adapter", name=name, **changes)
        for number, loss in enumerate(losses)
    ]
    return ITEM_SCORES.frame(rows)


def of(table, metric, name="recall"):
    return table.filter(metric=metric, set=name).row(0, named=True)


def test_a_gain_is_the_mean_of_the_items_differences_positive_is_better():
    table = against_replaced(
        scores([1.0, 2.0, 3.0], token_f1=60.0), scores([2.0, 2.5, 4.0], token_f1=50.0)
    )
    assert table.schema == AGAINST_REPLACED.schema
    loss = of(table, "answer_nll")
    assert (loss["now"], loss["before"], loss["n"], loss["items"]) == (2.0, 2.8333, 3, 3)
    assert loss["gain"] == pytest.approx(0.8333, abs=1e-4)  # less loss is better
    assert loss["low"] >= 0.5
    f1 = of(table, "token_f1")
    assert (f1["gain"], f1["low"], f1["high"]) == (10.0, 10.0, 10.0)
    assert "perplexity" not in set(table["metric"])


def test_pairing_sees_what_two_intervals_would_not():
    before = [float(number) for number in range(40)]
    table = against_replaced(scores([loss + 0.1 for loss in before]), scores(before))
    loss = of(table, "answer_nll")
    assert (loss["gain"], loss["high"] < 0) == (-0.1, True)
    assert worse_than_replaced(table) == (["recall"], ["recall"])


def test_only_items_that_both_answered_count():
    table = against_replaced(scores([1.0] * 30), scores([9.0] * 5))
    assert (of(table, "answer_nll")["n"], of(table, "answer_nll")["items"]) == (5, 30)


def test_sets_are_never_mixed():
    now = pl.concat([scores([1.0] * 25), scores([5.0] * 25, name="unseen")])
    before = pl.concat([scores([2.0] * 25), scores([2.0] * 25, name="unseen")])
    table = against_replaced(now, before)
    assert of(table, "answer_nll")["gain"] == 1.0
    assert of(table, "answer_nll", "unseen")["gain"] == -3.0
    assert worse_than_replaced(table) == (["unseen"], ["recall", "unseen"])


def test_a_few_items_are_not_judged():
    table = against_replaced(scores([2.0] * 19), scores([1.0] * 19))
    assert worse_than_replaced(table) == ([], [])


def test_losses_of_two_tokenizers_are_not_compared():
    table = against_replaced(scores([2.0] * 30), scores([1.0] * 30, answer_tokens=6))
    assert "answer_nll" not in set(table["metric"])
    assert "token_f1" in set(table["metric"])
    assert worse_than_replaced(table) == ([], [])


def test_nothing_in_common_is_an_empty_table():
    empty = ITEM_SCORES.frame()
    for now, before in ((scores([1.0]), empty), (empty, scores([1.0])), (empty, empty)):
        assert against_replaced(now, before).equals(AGAINST_REPLACED.frame())
