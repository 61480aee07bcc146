"""Near-duplicate passages in several splits: documents of two projects that say the same.

Within a project the corpus keeps one of each (`corpus/duplicates.py`). Between projects both stay,
and their documents may fall into different splits. `split_of` is not bent for them: what trains the
base model and what the benchmark asks follow it, too. Instead the pairs of the later split drop.
"""

from collections.abc import Mapping

import polars as pl

from cncf_llm.questions.split import split_of
from cncf_llm.store import Table

SAME = 0.85  # estimated Jaccard similarity of word 5-grams, the corpus' threshold
BANDS, _NUMBERS = 7, 9  # as in the corpus: of the 64 numbers of a signature, 7 times 9

SIGNATURES = Table(
    "signatures",
    {
        "passage_id": (pl.String, "a passage of the corpus"),
        "document_id": (pl.String, "its document"),
        "equal": (pl.String, "hash shared by passages that are equal but for case and spaces"),
        "signature": (pl.Binary, "MinHash of the text; null where it is too short"),
    },
)
# A pair of the later split drops: training text is what no pair of another split may repeat.
_ORDER = {"train": 0, "test": 1, "validation": 2}


def twins(signatures: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Return the passages that have a near duplicate in an earlier split, each with that one.

    `signatures` maps projects to SIGNATURES of all their passages. Passages of one document are no
    twins, and a passage is only compared with others directly: no chain of likenesses.
    """
    if not signatures:
        return {}
    every = pl.concat([signatures[project] for project in sorted(signatures)])
    splits = [_ORDER[split_of(document_id)] for document_id in every["document_id"]]
    every = every.with_columns(pl.Series("order", splits, dtype=pl.Int8)).with_row_index("row")
    later = every.filter(pl.col("order") > 0)
    found: dict[str, str] = {}
    same = later.join(every, on="equal", suffix="_other").filter(
        pl.col("order_other") < pl.col("order")
    )
    for passage_id, other in _first(same):
        found[passage_id] = other
    for band in range(BANDS):
        key = pl.col("signature").bin.slice(4 * _NUMBERS * band, 4 * _NUMBERS).alias("band")
        near = (
            later.filter(pl.col("signature").is_not_null())
            .with_columns(key)
            .join(
                every.filter(pl.col("signature").is_not_null()).with_columns(key),
                on="band",
                suffix="_other",
            )
            .filter(
                pl.col("order_other") < pl.col("order"), ~pl.col("passage_id").is_in(list(found))
            )
        )
        for passage_id, other in _first(_alike(near)):
            found[passage_id] = other
    return found


def _first(pairs: pl.DataFrame) -> list[tuple[str, str]]:
    ordered = pairs.sort("passage_id", "passage_id_other").unique("passage_id", keep="first")
    return list(ordered.sort("passage_id").select("passage_id", "passage_id_other").iter_rows())


def _alike(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows whose signatures agree in `SAME` of their numbers."""
    import numpy as np

    if pairs.is_empty():
        return pairs
    one, other = (
        np.frombuffer(b"".join(pairs[name]), dtype="<u4").reshape(pairs.height, -1)
        for name in ("signature", "signature_other")
    )
    return pairs.filter(pl.Series((one == other).mean(axis=1) >= SAME))
