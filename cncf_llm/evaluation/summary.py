"""From scores of items to scores of models, with intervals."""

import polars as pl

from cncf_llm.evaluation.bootstrap import bootstrap_mean
from cncf_llm.evaluation.metrics.answer_nll import perplexity
from cncf_llm.evaluation.tables import ITEM_SCORES, METRICS, SCORES

_DIGITS = 4
_COLUMN = {"perplexity": "answer_nll", "multiple_choice": "choice_correct"}


def summarise(item_scores: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Return the SCORES of an ITEM_SCORES frame: a row for each project, set, model and metric.

    A value is the mean over items, each item counting the same; perplexity and its interval are the
    exponential of answer_nll's. `n` counts the items that have the metric; where none has it there
    is no row.
    """
    rows = []
    groups = ["project", "set", "model"]
    frame = item_scores.select(ITEM_SCORES.schema.names()).sort(*groups, "item_id")
    for (project, name, model), items in frame.group_by(groups, maintain_order=True):
        for metric in METRICS:
            values = items[_COLUMN.get(metric, metric)].drop_nulls().cast(pl.Float64).to_list()
            if not values:
                continue
            triple = bootstrap_mean(values, seed=seed)
            if metric == "perplexity":
                triple = tuple(perplexity(value) for value in triple)
            value, low, high = (round(number, _DIGITS) for number in triple)
            rows.append(
                {
                    "project": project,
                    "set": name,
                    "model": model,
                    "metric": metric,
                    "value": value,
                    "low": low,
                    "high": high,
                    "n": len(values),
                }
            )
    return SCORES.frame(rows)
