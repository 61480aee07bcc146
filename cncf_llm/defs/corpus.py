"""The unified corpus: every source of a project as English passages."""

import dagster as dg
import polars as pl

from cncf_llm import corpus as stage
from cncf_llm.defs import pods
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.present import Metadata, drop_metadata, picture, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.store import Draft, Store, Version

_CHECKS = (
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
)


@dg.asset(
    partitions_def=PROJECTS,
    group_name="corpus",
    kinds={"polars", "markdown"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("unified_corpus", _CHECKS, PROJECTS),
    op_tags=pods.CPU,
)
def unified_corpus(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    repository_documents: Version,
    website_documents: Version,
    stackoverflow_threads: Version,
) -> Results:
    """One English passage with its heading path, source, revision and licence.

    Documents that did not change are not parsed again; duplicates are judged over all passages.
    """
    sources = {
        version.asset: version
        for version in (repository_documents, website_documents, stackoverflow_threads)
    }

    def build(draft: Draft) -> None:
        documents = pl.concat([version.table("documents") for version in sources.values()])
        unified = stage.unify(documents, draft.previous.tables() if draft.previous else None)
        for name, table in unified.tables.items():
            draft.write(name, table)
        draft.facts.update(
            parsed=unified.parsed,
            reused=unified.reused,
            largest_cluster=unified.largest_cluster,
        )

    yield from refresh(
        context,
        store,
        build,
        _describe,
        code=stage.VERSION,
        inputs={asset: version.digest for asset, version in sources.items()},
        checks=_CHECKS,
    )


def _describe(version: Version) -> Metadata:
    passages = version.table("passages")
    return {
        **table_metadata(version, stage.PASSAGES, ["title", "heading_path", "text", "url"]),
        **drop_metadata(version),
        "documents": version.table("documents").height,
        "documents parsed": version.facts["parsed"],
        "documents carried over": version.facts["reused"],
        "largest cluster of near duplicates": version.facts["largest_cluster"],
        "words": int(passages["tokens"].sum()),
        "passage lengths": picture(stage.length_picture(passages)),
    }


def check_every_document_accounted_for(documents: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether each document has passages or a reason for having none."""
    lost = documents.filter((pl.col("passages") == 0) & pl.col("drop_reason").is_null())
    return dg.AssetCheckResult(passed=lost.is_empty(), metadata={"lost documents": lost.height})


def check_passage_lengths(passages: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether passages are of a size to train on: at most 1 in 20 beyond the soft limit."""
    long = passages.filter(pl.col("tokens") > stage.SOFT_WORDS).height
    return dg.AssetCheckResult(
        passed=passages.height > 0 and long <= passages.height / 20,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"passages": passages.height, "longer than the soft limit": long},
    )
