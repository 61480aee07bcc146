"""Raw documents: files of repositories, pages of websites, threads of Stack Overflow."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import dagster as dg
import polars as pl

from cncf_llm import ingest as stage
from cncf_llm import sample
from cncf_llm.defs import pods, pools, retries
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version

_raw_asset = partial(
    dg.asset,
    partitions_def=PROJECTS,
    group_name="raw_documents",
    owners=["team:data"],
    code_version=stage.VERSION,
)


_CHECKS = (
    Check(
        "licences_known",
        "Every document has a licence: its own, its repository's, its site's.",
        lambda version: check_licences_known(version.table("documents")),
    ),
)


@_raw_asset(
    kinds={"git", "polars"},
    check_specs=specs("repository_documents", _CHECKS, PROJECTS),
    op_tags=pods.of("repository_documents"),
    pool=pools.GITHUB,
    retry_policy=retries.NETWORK,
)
def repository_documents(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    landscape: Version,
) -> Results:
    """One documentation file of the project's git repositories, with commit and licence.

    Files that did not change keep the commit at which they were first seen.
    """
    row = project_row(landscape, context.partition_key)

    def build(draft: Draft) -> None:
        with _tried_again_only_for_the_network(settings):
            reading = stage.read_repositories(
                context.partition_key,
                row["repositories"],
                mirror=mirror(settings),
                cache=settings.home.absolute() / "git",
                previous=_documents(draft.previous),
                offline=settings.offline,
            )
        _keep(draft, reading)

    yield from refresh(
        context, store, build, _describe, code=stage.VERSION, inputs=None, checks=_CHECKS
    )


@_raw_asset(
    kinds={"scrapy", "polars"},
    check_specs=specs("website_documents", _CHECKS, PROJECTS),
    op_tags=pods.of("website_documents"),
    retry_policy=retries.NETWORK,
)
def website_documents(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    landscape: Version,
) -> Results:
    """One page, PDF or Markdown file of the project's website, crawled with Scrapy.

    Crawling is off unless `CNCF_LLM_CRAWL` is set; a mirror's copy of the site is always read.
    """
    row = project_row(landscape, context.partition_key)

    def build(draft: Draft) -> None:
        with _tried_again_only_for_the_network(settings):
            reading = stage.read_website(
                context.partition_key,
                [url for url in [row["homepage"], *row["documentation"]] if url],
                mirror=mirror(settings),
                crawl=settings.crawl,
                offline=settings.offline,
                previous=_documents(draft.previous),
                validators=draft.previous.facts.get("validators") if draft.previous else None,
                progress=context.log.info,
            )
        _keep(draft, reading)

    yield from refresh(
        context, store, build, _describe, code=stage.VERSION, inputs=None, checks=_CHECKS
    )


@_raw_asset(
    kinds={"stackoverflow", "polars"},
    check_specs=specs("stackoverflow_threads", _CHECKS, PROJECTS),
    op_tags=pods.of("stackoverflow_threads"),
    pool=pools.STACKOVERFLOW,
    retry_policy=retries.NETWORK,
)
def stackoverflow_threads(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    landscape: Version,
) -> Results:
    """One Stack Overflow question about the project, with its answers."""
    row = project_row(landscape, context.partition_key)

    def build(draft: Draft) -> None:
        key = settings.stackexchange_key
        with _tried_again_only_for_the_network(settings):
            reading = stage.read_stackoverflow(
                context.partition_key,
                row["stackoverflow_tags"],
                mirror=mirror(settings),
                crawl=settings.crawl,
                offline=settings.offline,
                previous=_documents(draft.previous),
                previous_drops=draft.previous.table("drops") if draft.previous else None,
                cursors=draft.previous.facts.get("cursors") if draft.previous else None,
                key=key.get_secret_value() if key else None,
            )
        _keep(draft, reading)

    yield from refresh(
        context, store, build, _describe, code=stage.VERSION, inputs=None, checks=_CHECKS
    )


@contextmanager
def _tried_again_only_for_the_network(settings: Settings) -> Iterator[None]:
    """Fail for good where another try would read the same: of a mirror, or a wrong setting."""
    try:
        yield
    except stage.IngestError as error:
        if isinstance(error, stage.NoSourceError) and mirror(settings) is None:
            raise
        raise dg.Failure(str(error), allow_retries=False) from error


def mirror(settings: Settings) -> Path | None:
    """Return the folder read in place of every remote; the embedded sample is one."""
    if settings.mirror is None and settings.landscape is None:
        return sample.prepare_mirror(settings.home.absolute())
    return settings.mirror


def _documents(previous: Version | None) -> pl.DataFrame | None:
    return previous.table("documents") if previous else None


def _keep(draft: Draft, reading: stage.Reading) -> None:
    draft.write("documents", reading.documents)
    draft.write("drops", reading.drops)
    draft.facts.update(reading.facts)


def _describe(version: Version) -> Metadata:
    documents = version.table("documents")
    licences = documents.group_by("licence").len().sort("licence")
    return {
        **table_metadata(version, stage.DOCUMENTS, ["path", "media_type", "licence", "url"]),
        **drop_metadata(version),
        "documents by licence": dg.MetadataValue.json(dict(licences.iter_rows())),
        "reading": dg.MetadataValue.json(
            {k: v for k, v in version.facts.items() if isinstance(v, int | str)}
        ),
    }


def check_licences_known(documents: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether every document has a licence: what has none is kept out of the corpus."""
    unknown = documents.filter(pl.col("licence") == "unknown")
    return dg.AssetCheckResult(
        passed=unknown.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "documents without a licence": unknown.height,
            "repositories": ", ".join(sorted(unknown["repository"].unique())) or "none",
        },
    )
