"""When a model that was trained on the corpus is trained anew."""

import dagster as dg
import polars as pl

from cncf_llm.corpus import generation, share_changed, trained_on
from cncf_llm.store import Version


def corpus_generation(
    context: dg.AssetExecutionContext,
    previous: Version | None,
    passages: pl.DataFrame,
    threshold: float,
) -> str:
    """Return which corpus to train on: the one of the last training until it moved too far.

    Without this, one edited document would retrain the recognizer and the embedded model, and with
    them every entity graph and adapter.
    """
    if previous is None or "generation" not in previous.facts:
        return generation(passages)
    moved = share_changed(previous.table("trained_on"), trained_on(passages))
    context.log.info("corpus moved by %.1f %% since the last training", 100 * moved)
    return previous.facts["generation"] if moved < threshold else generation(passages)
