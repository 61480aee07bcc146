"""An adapter against the one that it replaced: which scores are compared, and the check."""

import dagster as dg
import polars as pl

from cncf_llm import evaluation as stage
from cncf_llm.defs.checks import Check
from cncf_llm.store import Draft, Version

NO_WORSE = Check(
    "no_worse_than_replaced",
    "On the items that both answered the adapter is not worse than the one it replaced: the paired "
    "interval of its gain in loss does not lie below zero, neither on `recall` nor on `unseen`.",
    lambda version: check_no_worse(version),
)


def compare(draft: Draft, items: pl.DataFrame, scores: pl.DataFrame, seed: int) -> None:
    """Compare an adapter's ITEM_SCORES with those of the adapter that it replaced.

    The replaced one may be gone, so its scores are kept, and it is not asked what is new.
    """
    replaced = _replaced(draft.previous, scores)
    comparable = replaced
    if replaced.height:
        name, model_digest = replaced.select("model", "model_digest").row(0)
        comparable = stage.known_scores(items, replaced, model_name=name, model_digest=model_digest)
    draft.write("replaced", replaced)
    draft.write("against_replaced", stage.against_replaced(scores, comparable, seed=seed))
    draft.facts["replaced"] = replaced["model_digest"][0] if replaced.height else None


def _replaced(previous: Version | None, scores: pl.DataFrame) -> pl.DataFrame:
    """Return the ITEM_SCORES of the adapter before this one; empty when it is the first.

    Where this adapter was scored before, on other items, the one it replaced then still counts.
    """
    if previous is None or scores.is_empty():
        return stage.ITEM_SCORES.frame()
    name, model_digest = scores.select("model", "model_digest").row(0)
    before = previous.table("item_scores").filter(pl.col("model") == name)
    others = before.filter(pl.col("model_digest") != model_digest)
    if others.height or "replaced.parquet" not in previous.files:
        return others
    return previous.table("replaced")


def check_no_worse(version: Version) -> dg.AssetCheckResult:
    """Judge an adapter by the one that it replaced.

    It passes where it cannot be judged, and says so.
    """
    table = version.table("against_replaced")
    worse, judged = stage.worse_than_replaced(table)
    losses = table.filter(pl.col("metric") == "answer_nll")
    if version.facts.get("replaced") is None:
        said = "there is no adapter that this one replaced"
    elif worse:
        said = f"worse than the adapter it replaced on {', '.join(worse)}"
    elif judged:
        said = f"not worse than the adapter it replaced on {', '.join(judged)}"
    elif table.height and losses.is_empty():
        said = "not judged: the base model has another tokenizer, so losses cannot be compared"
    else:
        common = ", ".join(
            f"{row['n']} of {row['items']} in {row['set']}" for row in losses.to_dicts()
        )
        said = (
            f"not judged: too few items are as they were ({common or 'none'}); "
            f"{stage.ENOUGH_ITEMS} of a set are needed"
        )
    return dg.AssetCheckResult(
        passed=not worse,
        severity=dg.AssetCheckSeverity.WARN,
        description=said,
        metadata={
            f"gain in loss on {row['set']}": (
                f"{row['gain']:+.3f} nats per token [{row['low']:+.3f}, {row['high']:+.3f}], "
                f"n = {row['n']} of {row['items']}"
            )
            for row in losses.iter_rows(named=True)
        },
    )
