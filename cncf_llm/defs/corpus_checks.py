"""What must hold for a project's corpus. Limits come from 13 real projects, with room to spare."""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from cncf_llm import corpus as stage
from cncf_llm.defs.checks import Check
from cncf_llm.store import count_reasons

# Real projects: 0.44 (helm, whose site has ten languages) to 1.
ENGLISH = 0.25
# Real projects: 0.01 to 0.83 (keda, which keeps the pages of every version).
DUPLICATES = 0.95
# Real projects: pages that are copies but for a few words come in threes at most. Templated pages,
# compared with all their boilerplate, came in clusters of 5 to 13.
CLUSTER = 6
# Real projects: none at all.
DAMAGED = 0.02
# Half a year of changes in 13 real projects left each of them with more documents than before.
LOSS = 0.3
_FEW = 10  # documents; a share of fewer says nothing

_WARN = dg.AssetCheckSeverity.WARN


def check_every_document_accounted_for(documents: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether each document has passages or a reason for having none."""
    lost = documents.filter((pl.col("passages") == 0) & pl.col("drop_reason").is_null())
    return dg.AssetCheckResult(passed=lost.is_empty(), metadata={"lost documents": lost.height})


def check_passage_lengths(passages: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether passages are of a size to train on: at most 1 in 20 beyond the soft limit."""
    long = passages.filter(pl.col("tokens") > stage.SOFT_WORDS).height
    return dg.AssetCheckResult(
        passed=passages.height > 0 and long <= passages.height / 20,
        severity=_WARN,
        metadata={"passages": passages.height, "longer than the soft limit": long},
    )


def check_share_of_english(documents: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether enough of the readable documents is English.

    If not, the wrong repository is read, or languages are misjudged.
    """
    languages = documents["language"].drop_nulls()
    english = (languages == "en").sum()
    return dg.AssetCheckResult(
        passed=len(languages) < _FEW or english >= ENGLISH * len(languages),
        severity=_WARN,
        metadata={"documents with a language": len(languages), "of these English": int(english)},
    )


def check_duplicate_share(read: int, drops: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether too many of the passages `read` were dropped as duplicates."""
    reasons = count_reasons(drops)
    exact, near = reasons.get("exact-duplicate", 0), reasons.get("near-duplicate", 0)
    return dg.AssetCheckResult(
        passed=exact + near <= DUPLICATES * read,
        severity=_WARN,
        metadata={"passages read": read, "exact duplicates": exact, "near duplicates": near},
    )


def check_cluster_size(pages: Sequence[int]) -> dg.AssetCheckResult:
    """Judge whether too many pages were taken for copies of one, given the pages of each cluster.

    Then they are templated pages, each about its own thing. Versions of a page count once.
    """
    largest = max(pages, default=0)
    return dg.AssetCheckResult(
        passed=largest <= CLUSTER,
        severity=_WARN,
        metadata={"pages in the largest cluster": largest, "limit": CLUSTER},
    )


def check_encoding_damage(documents: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether too many of the documents with passages have text that was decoded wrongly."""
    read = documents.filter(pl.col("passages") > 0)
    damaged = read.filter(pl.col("damaged") > 0).height
    return dg.AssetCheckResult(
        passed=read.height < _FEW or damaged <= DAMAGED * read.height,
        severity=_WARN,
        metadata={
            "documents": read.height,
            "with damaged text": damaged,
            "damaged passages": int(read["damaged"].sum()),
        },
    )


def check_no_sudden_loss(before: int, after: int, *, accepted: bool = False) -> dg.AssetCheckResult:
    """Judge whether too many of the documents that had passages `before` have none any more."""
    lost = before - after
    return dg.AssetCheckResult(
        passed=accepted or before < _FEW or lost <= LOSS * before,
        metadata={"documents before": before, "documents now": after, "accepted": accepted},
    )


CHECKS = (
    Check(
        "no_sudden_loss",
        "Not more than 3 in 10 of the last version's documents are gone. Otherwise the last "
        "version stays.",
        lambda version: check_no_sudden_loss(**version.facts["loss"]),
        blocking=True,
    ),
    Check(
        "every_document_accounted_for",
        "Nothing vanishes silently: each document has passages, or a reason for having none.",
        lambda version: check_every_document_accounted_for(version.table("documents")),
        blocking=True,
    ),
    Check(
        "passage_lengths",
        "There are passages, and few are longer than the soft limit.",
        lambda version: check_passage_lengths(version.table("passages")),
    ),
    Check(
        "share_of_english",
        "At least 1 in 4 documents is English.",
        lambda version: check_share_of_english(version.table("documents")),
    ),
    Check(
        "duplicate_share",
        "At most 19 in 20 passages are duplicates.",
        lambda version: check_duplicate_share(
            version.table("read_passages").height, version.table("drops")
        ),
    ),
    Check(
        "cluster_size",
        "At most 6 pages are near duplicates of one another: templated pages did not collapse.",
        lambda version: check_cluster_size([one["pages"] for one in version.facts["clusters"]]),
    ),
    Check(
        "encoding_damage",
        "At most 1 in 50 documents has text that was decoded wrongly.",
        lambda version: check_encoding_damage(version.table("documents")),
    ),
)
