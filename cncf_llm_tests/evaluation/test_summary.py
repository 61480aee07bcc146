import math

import pytest

from cncf_llm.evaluation import (
    ITEM_SCORES,
    LEADERBOARD,
    SCORES,
    leaderboard,
    leaderboard_markdown,
    summarise,
)


def row(number, nll, correct, model="base", name="recall", project="etcd", **changes):
    return {
        "score_id": f"scr-{project}-{name}-{model}-{number}",
        "item_id": f"itm-{number}",
        "project": project,
        "set": name,
        "model": model,
        "model_digest": "d",
        "input_hash": "h",
        "answer_nll": nll,
        "answer_tokens": 5,
        "answer_cut": False,
        "choice_correct": correct,
        "generated": "text",
        "token_f1": 50.0,
        "bleu": 10.0,
        "rouge_l": 40.0,
    } | changes


def value(scores, **where):
    return scores.filter(**where).row(0, named=True)


def test_means_and_n_by_set_and_model():
    rows = [row(i, 2.0 + i, i == 0) for i in range(4)]
    rows += [row(i, 1.0, True, name="unseen") for i in range(2)]
    scores = summarise(ITEM_SCORES.frame(rows))
    assert scores.schema == SCORES.schema
    nll = value(scores, set="recall", metric="answer_nll")
    assert (nll["value"], nll["n"]) == (3.5, 4)
    assert nll["low"] < 3.5 < nll["high"]
    choice = value(scores, set="recall", metric="multiple_choice")
    assert (choice["value"], choice["n"]) == (0.25, 4)
    assert value(scores, set="unseen", metric="answer_nll")["value"] == 1.0


def test_perplexity_is_the_exponential_of_the_loss_and_of_its_interval():
    scores = summarise(ITEM_SCORES.frame([row(i, 1.0 + i / 10, True) for i in range(9)]))
    nll, perplexity = (value(scores, metric=name) for name in ("answer_nll", "perplexity"))
    for name in ("value", "low", "high"):
        assert perplexity[name] == pytest.approx(math.exp(nll[name]), abs=1e-3)


def test_items_that_lack_a_metric_do_not_count():
    rows = [row(0, 1.0, True, rouge_l=None), row(1, 1.0, None)]
    scores = summarise(ITEM_SCORES.frame(rows))
    assert value(scores, metric="rouge_l")["n"] == 1
    assert value(scores, metric="multiple_choice")["n"] == 1
    alone = summarise(ITEM_SCORES.frame(rows[:1]))
    assert alone.filter(metric="rouge_l").is_empty()


def test_no_scores_give_no_rows():
    assert summarise(ITEM_SCORES.frame()).is_empty()
    assert leaderboard([]).is_empty()
    assert leaderboard([]).schema == LEADERBOARD.schema
    assert leaderboard_markdown(leaderboard([])) == ""


def two_projects():
    def of(project, base, adapter):
        rows = [row(i, base + i / 100, i % 2 == 0, project=project) for i in range(9)]
        rows += [row(i, adapter + i / 100, True, "adapter", project=project) for i in range(9)]
        rows += [row(i, adapter + 5, False, "adapter", "control", project) for i in range(9)]
        rows += [row(i, base, False, "base", "control", project) for i in range(9)]
        return summarise(ITEM_SCORES.frame(rows))

    return leaderboard([of("helm", 6.0, 2.0), of("etcd", 4.0, 1.0)])


def test_leaderboard_says_what_was_gained_and_whether_intervals_are_apart():
    table = two_projects()
    assert table.schema == LEADERBOARD.schema
    nll = value(table, set="recall", project="etcd", model="adapter", metric="answer_nll")
    assert nll["gain"] == pytest.approx(3.0)  # a lower loss is a gain
    assert nll["apart"]
    choice = value(table, set="recall", project="etcd", model="adapter", metric="multiple_choice")
    assert choice["gain"] == pytest.approx(4 / 9, abs=1e-3)
    base = value(table, set="recall", project="etcd", model="base", metric="answer_nll")
    assert base["gain"] is None
    assert base["apart"] is None
    control = value(table, set="control", project="etcd", model="adapter", metric="answer_nll")
    assert control["gain"] == pytest.approx(-2.0)


def test_all_is_the_mean_over_projects():
    every = value(two_projects(), set="recall", project="all", model="base", metric="answer_nll")
    assert every["value"] == pytest.approx(5.04)
    assert every["n"] == 18
    assert every["low"] is None


def test_sets_come_in_order_and_all_comes_last():
    table = two_projects()
    assert table["set"].unique(maintain_order=True).to_list() == ["recall", "control"]
    recall = table.filter(set="recall")
    assert recall["project"].unique(maintain_order=True).to_list() == ["etcd", "helm", "all"]
    assert recall["model"].head(7).to_list() == ["base"] * 6 + ["adapter"]


def test_markdown_has_a_table_for_each_set():
    text = leaderboard_markdown(two_projects())
    assert text.index("### recall") < text.index("### control")
    assert "### unseen" not in text
    line = next(x for x in text.splitlines() if x.startswith("| etcd | adapter"))
    assert line.startswith("| etcd | adapter | **1.04** (1.0")
    assert line.endswith("| 9 |")
