"""A model against the one that it replaces: on the same items, item by item."""

import polars as pl

from cncf_llm.evaluation.bootstrap import bootstrap_mean
from cncf_llm.evaluation.tables import AGAINST_REPLACED, METRICS

ENOUGH_ITEMS = 20  # percentile intervals of fewer are too narrow to judge by
_DIGITS = 4
_COLUMN = {"multiple_choice": "choice_correct"}


def against_replaced(now: pl.DataFrame, replaced: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Return the AGAINST_REPLACED of one model's ITEM_SCORES and those of the model it replaces.

    Only items that both answered count. A gain is the mean of the items' differences, positive
    where the new model is better, with the percentile bootstrap interval of these differences:
    pairing takes out how hard each item is (Koehn 2004, Statistical Significance Tests for Machine
    Translation Evaluation, https://aclanthology.org/W04-3250). Perplexity says the same as the loss
    and is left out. Losses per token of two tokenizers cannot be compared: where any answer has
    another number of tokens than before, there is no row of the loss.
    """
    both = now.join(replaced, on=["project", "set", "item_id"], how="inner", suffix="_before").sort(
        "set", "item_id"
    )
    rows = []
    for (name,), items in both.group_by("set", maintain_order=True):
        same_tokens = (items["answer_tokens"] == items["answer_tokens_before"]).all()
        for metric, more_is_better in METRICS.items():
            column = _COLUMN.get(metric, metric)
            if metric == "perplexity" or (metric == "answer_nll" and not same_tokens):
                continue
            values = items.select(
                pl.col(column).cast(pl.Float64).alias("now"),
                pl.col(f"{column}_before").cast(pl.Float64).alias("before"),
            ).drop_nulls()
            if values.is_empty():
                continue
            gains = (values["now"] - values["before"]) * (1 if more_is_better else -1)
            gain, low, high = bootstrap_mean(gains.to_list(), seed=seed)
            before, after = (values[which].sum() / values.height for which in ("before", "now"))
            rows.append(
                {
                    "set": name,
                    "metric": metric,
                    "before": round(before, _DIGITS),
                    "now": round(after, _DIGITS),
                    "gain": round(gain, _DIGITS),
                    "low": round(low, _DIGITS),
                    "high": round(high, _DIGITS),
                    "n": values.height,
                    "items": now.filter(pl.col("set") == name).height,
                }
            )
    return AGAINST_REPLACED.frame(rows)


def worse_than_replaced(table: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the sets on which a model is worse than the one before, and those judged at all.

    Worse: the interval of the loss's gain lies wholly below zero. The loss alone decides, as it
    does elsewhere: of ten comparisons with five metrics, one in four would fail by chance.
    """
    losses = table.filter((pl.col("metric") == "answer_nll") & (pl.col("n") >= ENOUGH_ITEMS))
    return losses.filter(pl.col("high") < 0)["set"].to_list(), losses["set"].to_list()
