"""All projects and all models side by side."""

from collections.abc import Iterable

import polars as pl

from cncf_llm.evaluation.tables import LEADERBOARD, METRICS, SCORES, SETS

ALL = "all"
_BASE = "base"
_ABOUT = {
    "recall": "Facts that the training documents state, asked in words that no training pair has.",
    "unseen": "Facts of documents that no training pair touches.",
    "control": "Recall items of other projects: an adapter is not expected to gain anything here.",
}
_HEADS = {
    "answer_nll": "answer nll ↓",
    "perplexity": "perplexity ↓",
    "multiple_choice": "multiple choice ↑",
    "token_f1": "token F1 ↑",
    "bleu": "BLEU ↑",
    "rouge_l": "ROUGE-L ↑",
}


def leaderboard(scores: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the LEADERBOARD of the SCORES of many projects.

    Beside each project stands `all`, the plain mean over the projects that have the model; it has
    no interval. Perplexities are averaged as they are. `gain` compares with the base model on the
    same project, set and metric.
    """
    frames = [frame.select(SCORES.schema.names()) for frame in scores]
    projects = pl.concat(frames) if frames else SCORES.frame()
    mean = (
        projects.group_by("set", "model", "metric")
        .agg(pl.col("value").mean().round(4), pl.col("n").sum())
        .with_columns(
            pl.lit(ALL).alias("project"),
            pl.lit(None, pl.Float64).alias("low"),
            pl.lit(None, pl.Float64).alias("high"),
        )
        .select(SCORES.schema.names())
        .cast(SCORES.schema)  # pyright: ignore[reportArgumentType]
    )
    together = pl.concat([projects, mean])
    keys = ["project", "set", "metric"]
    base = together.filter(pl.col("model") == _BASE).select(
        *keys, *(pl.col(name).alias(f"base_{name}") for name in ("value", "low", "high"))
    )
    better = pl.col("metric").replace_strict(METRICS, return_dtype=pl.Boolean)
    difference = pl.col("value") - pl.col("base_value")
    other = pl.col("model") != _BASE
    order = [
        pl.col("set").replace_strict({name: i for i, name in enumerate(SETS)}).alias("_set"),
        (pl.col("project") == ALL).alias("_all"),
        (pl.col("model") != _BASE).alias("_other"),
        pl.col("metric").replace_strict({name: i for i, name in enumerate(METRICS)}).alias("_at"),
    ]
    return (
        together.join(base, on=keys, how="left")
        .with_columns(
            pl.when(other)
            .then(pl.when(better).then(difference).otherwise(-difference))
            .round(4)
            .alias("gain"),
            pl.when(other)
            .then((pl.col("low") > pl.col("base_high")) | (pl.col("high") < pl.col("base_low")))
            .alias("apart"),
            *order,
        )
        .sort("_set", "_all", "project", "_other", "model", "_at")
        .select(LEADERBOARD.schema.names())
    )


def leaderboard_markdown(table: pl.DataFrame) -> str:
    """Return a LEADERBOARD as Markdown: one table a set, with intervals and n.

    A value stands in bold when its interval does not touch the base model's and it is better.
    """
    parts = []
    for name in SETS:
        rows = table.filter(pl.col("set") == name)
        if rows.is_empty():
            continue
        lines = [
            f"### {name}\n\n{_ABOUT[name]}\n",
            f"| project | model | {' | '.join(_HEADS.values())} | n |",
            f"|---|---|{'---:|' * (len(METRICS) + 1)}",
        ]
        for (project, model), cells in rows.group_by("project", "model", maintain_order=True):
            by_metric = {row["metric"]: row for row in cells.iter_rows(named=True)}
            values = [_cell(by_metric.get(metric)) for metric in METRICS]
            most = max(row["n"] for row in by_metric.values())
            lines.append(f"| {project} | {model} | {' | '.join(values)} | {most} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _cell(row: dict[str, object] | None) -> str:
    if row is None:
        return "–"
    digits = 1 if row["metric"] in ("perplexity", "token_f1", "bleu", "rouge_l") else 2
    text = f"{row['value']:.{digits}f}"
    if row["apart"] and row["gain"] is not None and float(str(row["gain"])) > 0:
        text = f"**{text}**"
    if row["low"] is not None:
        text += f" ({row['low']:.{digits}f}–{row['high']:.{digits}f})"
    return text
