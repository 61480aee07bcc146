"""Which scores an adapter is compared with, and the check on it, with a real store."""

import polars as pl
import pytest

from cncf_llm.defs.comparison import check_no_worse, compare
from cncf_llm.evaluation import ITEM_SCORES, ITEMS, score

ROWS = [
    {
        "item_id": f"itm-{number}",
        "project": "etcd",
        "set": "recall",
        "question": f"Question {number}?",
        "answer": f"Answer {number}.",
        "distractors": ["a", "b", "c"],
    }
    for number in range(30)
]


def items(rows=ROWS):
    types = {name: ITEMS.schema[name] for name in ROWS[0]}
    return pl.DataFrame(rows, schema=types)


def scored(adapter, loss, asked=None):
    """ITEM_SCORES as `score_items` makes them, without a model."""
    asked = items() if asked is None else asked
    recipe = score._recipe("adapter", adapter, None, 16)
    hashes = score._hashed(asked)["content_hash"]
    return ITEM_SCORES.frame(
        {
            "score_id": f"scr-{item['item_id']}",
            "item_id": item["item_id"],
            "project": item["project"],
            "set": item["set"],
            "model": "adapter",
            "model_digest": adapter,
            "input_hash": score.content_hash(recipe + hashed),
            "answer_nll": loss,
            "answer_tokens": 5,
            "answer_cut": False,
            "choice_correct": True,
            "generated": "text",
            "token_f1": 50.0,
            "bleu": 10.0,
            "rouge_l": 40.0,
        }
        for item, hashed in zip(asked.iter_rows(named=True), hashes, strict=True)
    )


@pytest.fixture
def judge(store):
    def judge(adapter, loss, asked=None):
        """Store scores as the asset does; return the version and what the check says."""
        with store.draft("benchmark_scores", "etcd", f"{adapter} {loss}") as draft:
            rows = scored(adapter, loss, asked)
            draft.write("item_scores", rows)
            compare(draft, items() if asked is None else asked, rows, seed=0)
        version = store.require("benchmark_scores", "etcd")
        return version, check_no_worse(version)

    return judge


def test_the_first_adapter_passes_and_says_so(judge):
    version, check = judge("one", 1.0)
    assert (check.passed, check.description) == (
        True,
        "there is no adapter that this one replaced",
    )
    assert version.table("against_replaced").is_empty()
    assert version.facts["replaced"] is None


def test_a_better_adapter_passes(judge):
    judge("one", 2.0)
    version, check = judge("two", 1.5)
    assert (check.passed, check.description) == (
        True,
        "not worse than the adapter it replaced on recall",
    )
    assert version.facts["replaced"] == "one"
    assert check.metadata["gain in loss on recall"].text == (
        "+0.500 nats per token [+0.500, +0.500], n = 30 of 30"
    )


def test_a_worse_adapter_fails_as_a_warning(judge):
    judge("one", 1.0)
    _, check = judge("two", 1.5)
    assert (check.passed, check.severity.value) == (False, "WARN")
    assert check.description == "worse than the adapter it replaced on recall"


def test_an_item_that_changed_is_not_compared(judge):
    judge("one", 1.0)
    changed = [
        {**row, "answer": "Another."} if number < 15 else row for number, row in enumerate(ROWS)
    ]
    version, check = judge("two", 9.0, items(changed))
    assert set(version.table("against_replaced")["n"]) == {15}
    assert check.passed
    assert check.description == (
        "not judged: too few items are as they were (15 of 30 in recall); 20 of a set are needed"
    )


def test_scored_again_on_other_items_it_is_compared_with_the_same_one(judge):
    judge("one", 1.0)
    judge("two", 1.5)
    version, check = judge("two", 1.5, items(ROWS[:25]))
    assert version.facts["replaced"] == "one"
    assert set(version.table("against_replaced")["n"]) == {25}
    assert not check.passed
    version, _ = judge("three", 1.2)
    assert version.facts["replaced"] == "two"


def test_scores_from_before_this_was_kept_are_no_adapter_that_was_replaced(store, judge):
    with store.draft("benchmark_scores", "etcd", "old") as draft:
        draft.write("item_scores", scored("one", 1.0))
    version, check = judge("one", 1.0)
    assert version.facts["replaced"] is None
    assert check.passed
