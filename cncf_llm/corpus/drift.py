"""How far a corpus moved from the one that a model was trained on."""

import polars as pl

from cncf_llm.store import Table, digest

TRAINED_ON = Table(
    "trained_on",
    {
        "passage_id": (pl.String, "passage that the model was trained on"),
        "content_hash": (pl.String, "hash of its content then"),
    },
)


def trained_on(passages: pl.DataFrame) -> pl.DataFrame:
    """Return the `TRAINED_ON` table of a set of passages, in the order of their ids."""
    return passages.select(TRAINED_ON.columns.keys()).sort("passage_id")


def share_changed(before: pl.DataFrame, now: pl.DataFrame) -> float:
    """Return the share (0 to 1) of passages that are in one of two `TRAINED_ON` tables only.

    That is the Jaccard distance of the two sets of passages; a changed passage is in either set.
    """
    shared = before.join(now, on=list(TRAINED_ON.columns), how="semi").height
    either = before.height + now.height - shared
    return 1 - shared / either if either else 0.0


def generation(passages: pl.DataFrame) -> str:
    """Return the name of a corpus, by which a model says what it was trained on."""
    return digest({"passages": trained_on(passages).rows()})
