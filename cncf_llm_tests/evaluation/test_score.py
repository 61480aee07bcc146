import polars as pl
import pytest

from cncf_llm.evaluation import ITEM_SCORES, ITEMS, ScoringError, score_items
from cncf_llm.evaluation.metrics.answer_nll import answer_nlls, perplexity
from cncf_llm.evaluation.score import load_model
from cncf_llm.training import train_adapter
from cncf_llm.training.chat import encode, load_tokenizer
from cncf_llm_tests.training import tiny


def item(number, question=None, answer=None, name="recall"):
    colour = tiny.COLOURS[number % len(tiny.COLOURS)]
    return {
        "item_id": f"itm-{number}",
        "project": "proxy",
        "set": name,
        "kind": "setting",
        "fact_id": f"fct-{number}",
        "subject": colour,
        "question": question or f"On which port is the {colour} proxy?",
        "answer": answer or f"On port {number}.",
        "distractors": [f"On port {number + i}." for i in (1, 2, 3)],
        "passage_ids": [],
        "document_ids": [],
        "url": None,
        "repository": "proxy/proxy",
        "path": "a.md",
        "revision": "0",
    }


ROWS = [item(number) for number in range(6)]
ROWS.append(item(6, question="Why? " * 9, answer="Because of this and that. " * 3, name="unseen"))


def score(tiny_model, rows=ROWS, adapter=None, **options):
    options = {"model_name": "base", "model_digest": "d1"} | options
    return score_items(ITEMS.frame(rows), tiny_model, adapter, **options)


@pytest.fixture(scope="module")
def scored(tiny_model):
    return score(tiny_model)


def test_each_item_has_a_row_in_order(scored):
    assert scored.schema == ITEM_SCORES.schema
    assert scored["item_id"].to_list() == [row["item_id"] for row in ROWS]
    assert scored["set"].to_list() == ["recall"] * 6 + ["unseen"]
    assert scored["score_id"].n_unique() == len(ROWS)
    assert scored["answer_nll"].min() > 0
    assert scored["answer_cut"].to_list() == [False] * 6 + [True]


def test_likelihood_is_that_of_a_plain_forward_pass(tiny_model):
    import torch

    tokenizer, model = load_tokenizer(tiny_model), load_model(tiny_model, None)
    examples = [
        encode(tokenizer, "Where?", answer, [], 64)
        for answer in ("On port 1.", "Nowhere, and never with more than two replicas ready.")
    ]
    found = answer_nlls(model, tokenizer.pad_token_id, examples, batch_size=4, limit=64)
    for example, nll in zip(examples, found, strict=True):
        ids = torch.tensor([example.prompt + example.answer])
        with torch.inference_mode():
            logits = model(input_ids=ids).logits[0]
        by_hand = [
            -torch.log_softmax(logits[len(example.prompt) + i - 1], dim=-1)[token].item()
            for i, token in enumerate(example.answer)
        ]
        assert nll == pytest.approx(sum(by_hand) / len(by_hand), abs=1e-4)


def test_likelihoods_of_all_continuations_sum_to_one(tiny_model):
    import math

    from cncf_llm.training.chat import Encoded

    tokenizer, model = load_tokenizer(tiny_model), load_model(tiny_model, None)
    every = [Encoded([5, 6, 7], [token], [], False) for token in range(len(tokenizer))]
    nlls = answer_nlls(model, tokenizer.pad_token_id, every, batch_size=64, limit=64)
    assert sum(math.exp(-nll) for nll in nlls) == pytest.approx(1.0, abs=1e-4)


def test_choice_follows_from_the_likelihoods_of_the_four_answers(tiny_model, scored):
    tokenizer, model = load_tokenizer(tiny_model), load_model(tiny_model, None)
    for row, result in zip(ROWS[:3], scored.iter_rows(named=True), strict=False):
        options = [
            encode(tokenizer, row["question"], text, [], 64)
            for text in [row["answer"], *row["distractors"]]
        ]
        nlls = answer_nlls(model, tokenizer.pad_token_id, options, batch_size=16, limit=64)
        assert result["answer_nll"] == pytest.approx(nlls[0], abs=1e-4)
        assert result["choice_correct"] == (nlls[0] == min(nlls))


def test_adapter_lowers_the_loss_of_what_it_was_taught(tiny_model, scored, tmp_path):
    from dataclasses import replace

    train_adapter(
        tiny_model,
        tiny.pairs(),
        tiny.pairs([]),
        tmp_path / "adapter",
        scratch=tmp_path,
        recipe=replace(tiny.LORA, epochs=12.0),
    )
    taught = score(tiny_model, adapter=tmp_path / "adapter", model_name="adapter")
    before = scored.filter(set="recall")["answer_nll"].mean()
    assert taught.filter(set="recall")["answer_nll"].mean() < before - 0.5
    assert set(taught["score_id"]).isdisjoint(scored["score_id"])


def test_unchanged_items_are_carried_over_without_loading_a_model(scored, tmp_path):
    again = score(tmp_path / "no-model-here", previous=scored)
    assert again.equals(scored)


def test_what_is_carried_over_equals_what_is_computed_anew(tiny_model, scored):
    rows = [*ROWS[:2], item(2, answer="On port 77."), *ROWS[3:5], item(9)]
    fresh = score(tiny_model, rows)
    assert score(tiny_model, rows, previous=scored).equals(fresh)
    changed = fresh.join(scored, on="input_hash", how="anti")["item_id"].to_list()
    assert changed == ["itm-2", "itm-9"]


def test_another_model_is_scored_anew(tiny_model, scored):
    again = score(tiny_model, ROWS[:1], model_digest="d2", previous=scored)
    assert again["input_hash"][0] != scored["input_hash"][0]


def test_control_rows_name_the_project_whose_adapter_is_tried(tiny_model, scored):
    control = score(tiny_model, ROWS[:2], control_for="etcd", previous=scored)
    assert control["set"].to_list() == ["control", "control"]
    assert control["project"].to_list() == ["etcd", "etcd"]
    assert set(control["score_id"]).isdisjoint(scored["score_id"])
    assert control["answer_nll"].to_list() == scored["answer_nll"][:2].to_list()


def test_no_items_give_no_rows(tmp_path):
    empty = score(tmp_path / "no-model-here", [])
    assert empty.is_empty()
    assert empty.schema == ITEM_SCORES.schema


def test_choice_among_fewer_answers_is_not_counted(tiny_model):
    row = item(1) | {"distractors": ["On port 2."]}
    assert score(tiny_model, [row])["choice_correct"].to_list() == [None]


def test_item_without_answer_is_refused(tmp_path):
    with pytest.raises(ScoringError, match="itm-1"):
        score(tmp_path, [item(1) | {"answer": "  "}])


def test_progress_is_reported(tiny_model):
    reports = []
    score(tiny_model, ROWS[:3], report=lambda *report: reports.append(report))
    assert reports[-1] == (3, 3, "answering questions")


def test_perplexity():
    assert perplexity(0.0) == 1.0


def test_answer_without_tokens_is_refused(tiny_model):
    from cncf_llm.training.chat import Encoded

    model = load_model(tiny_model, None)
    with pytest.raises(ValueError, match="no tokens"):
        answer_nlls(model, 0, [Encoded([1], [], [], False)], batch_size=2, limit=64)


def test_generated_answer_does_not_hold_the_question(scored):
    assert not scored.filter(pl.col("generated").str.contains("proxy\\?")).height
