"""The tables of benchmark scores."""

import polars as pl

from cncf_llm.store import Table

SETS = ("recall", "unseen", "control")
# Metric -> whether more of it is better.
METRICS = {
    "answer_nll": False,
    "perplexity": False,
    "multiple_choice": True,
    "token_f1": True,
    "bleu": True,
    "rouge_l": True,
}

ITEM_SCORES = Table(
    "item_scores",
    {
        "score_id": (pl.String, "hash of item and model; for the control of the project too"),
        "item_id": (pl.String, "the item that was asked"),
        "project": (pl.String, "landscape key of the project whose model is judged"),
        "set": (pl.String, "recall, unseen, or control: another project's recall item"),
        "model": (pl.String, "base, adapter or landscape-adapter"),
        "model_digest": (pl.String, "digest of the model's files"),
        "input_hash": (pl.String, "hash of the item's text and of everything the score depends on"),
        "answer_nll": (pl.Float64, "mean nats per token of the right answer, given the question"),
        "answer_tokens": (pl.Int64, "tokens of the right answer"),
        "answer_cut": (pl.Boolean, "question and answer did not fit the model's context"),
        "choice_correct": (pl.Boolean, "right answer is the likeliest of four; null if not four"),
        "generated": (pl.String, "what the model answered, greedily"),
        "token_f1": (pl.Float64, "SQuAD token F1, 0..100"),
        "bleu": (pl.Float64, "sentence BLEU, 0..100"),
        "rouge_l": (pl.Float64, "ROUGE-L F-measure, 0..100; null if the answer has no ASCII word"),
    },
)

SCORES = Table(
    "scores",
    {
        "project": (pl.String, "landscape key"),
        "set": (pl.String, "recall, unseen or control; never mixed"),
        "model": (pl.String, "base, adapter or landscape-adapter"),
        "metric": (pl.String, "answer_nll, perplexity, multiple_choice, token_f1, bleu, rouge_l"),
        "value": (pl.Float64, "mean over the items; perplexity is exp of the mean answer_nll"),
        "low": (pl.Float64, "lower end of the 95 % bootstrap interval"),
        "high": (pl.Float64, "upper end of the 95 % bootstrap interval"),
        "n": (pl.Int64, "items"),
    },
)

AGAINST_REPLACED = Table(
    "against_replaced",
    {
        "set": (pl.String, "recall or unseen; never mixed"),
        "metric": (pl.String, "answer_nll, multiple_choice, token_f1, bleu, rouge_l"),
        "before": (pl.Float64, "mean of the adapter that was replaced, over the items compared"),
        "now": (pl.Float64, "mean of the present adapter, over the same items"),
        "gain": (pl.Float64, "mean improvement of an item, positive is better"),
        "low": (pl.Float64, "lower end of the gain's 95 % paired bootstrap interval"),
        "high": (pl.Float64, "upper end of the gain's 95 % paired bootstrap interval"),
        "n": (pl.Int64, "items compared: as they were when the replaced adapter was scored"),
        "items": (pl.Int64, "items of the set now"),
    },
)

LEADERBOARD = Table(
    "leaderboard",
    {
        "set": (pl.String, "recall, unseen or control; never mixed"),
        "project": (pl.String, "landscape key, or `all`: the mean over projects"),
        "model": (pl.String, "base, adapter or landscape-adapter"),
        "metric": (pl.String, "as in the scores"),
        "value": (pl.Float64, "the score"),
        "low": (pl.Float64, "lower end of the 95 % interval; null for `all`"),
        "high": (pl.Float64, "upper end of the 95 % interval; null for `all`"),
        "n": (pl.Int64, "items"),
        "gain": (pl.Float64, "improvement over the base model, positive is better; null for base"),
        "apart": (pl.Boolean, "the interval does not touch the base model's; null for base, `all`"),
    },
)
