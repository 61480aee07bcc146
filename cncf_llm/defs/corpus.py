"""The unified corpus: every source of a project as English passages."""

import dagster as dg
import polars as pl
from pydantic import Field

from cncf_llm import corpus as stage
from cncf_llm.defs import pods
from cncf_llm.defs.automation.conditions import FOLLOWS
from cncf_llm.defs.checks import RefusedError, specs
from cncf_llm.defs.corpus_checks import CHECKS, check_no_sudden_loss
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version

_ADVICE = (
    "{after} of {before} documents are left. The last version stays. See the drops of the sources; "
    "if the documents are gone for good, materialize once more with `accept_loss: true` "
    "(`cncf-llm run --accept-loss`)"
)


class CorpusConfig(dg.Config):
    """What a person may decide for one materialization."""

    accept_loss: bool = Field(
        default=False, description="publish even though many documents of the last version are gone"
    )


@dg.asset(
    partitions_def=PROJECTS,
    group_name="corpus",
    kinds={"polars", "markdown"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("unified_corpus", CHECKS, PROJECTS),
    automation_condition=FOLLOWS,
    op_tags=pods.of("unified_corpus"),
)
def unified_corpus(
    context: dg.AssetExecutionContext,
    config: CorpusConfig,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    repository_documents: Version,
    website_documents: Version,
    stackoverflow_threads: Version,
) -> Results:
    """One English passage with its heading path, source, revision and licence.

    Documents whose licence `CNCF_LLM_DOCUMENT_LICENCES` does not allow are left out, counted.
    Documents that did not change are not parsed again; duplicates are judged over all passages.
    """
    sources = {
        version.asset: version
        for version in (repository_documents, website_documents, stackoverflow_threads)
    }

    def build(draft: Draft) -> None:
        documents = pl.concat([version.scan("documents") for version in sources.values()])
        unified = stage.unify(
            documents,
            {name: draft.previous.table(name) for name in stage.REUSED} if draft.previous else None,
            allowed_licences=settings.document_licences,
            workers=stage.cores(),
        )
        draft.facts["loss"] = loss = {
            "before": _readable(draft.previous.table("documents")) if draft.previous else 0,
            "after": _readable(unified.documents),
            "accepted": config.accept_loss,
        }
        check = check_no_sudden_loss(**loss)
        if not check.passed:
            raise RefusedError("no_sudden_loss", check, _ADVICE.format(**loss))
        for name, table in unified.tables.items():
            draft.write(name, table)
        draft.facts.update(
            parsed=unified.parsed,
            reused=unified.reused,
            clusters=unified.clusters.to_dicts(),
            licences=dict(
                documents.select("licence").collect()["licence"].value_counts(sort=True).iter_rows()
            ),
        )

    yield from refresh(
        context,
        store,
        build,
        _describe,
        code=stage.VERSION,
        inputs={asset: version.digest for asset, version in sources.items()},
        settings={"licences": sorted(settings.document_licences)},
        checks=CHECKS,
    )


def _readable(documents: pl.DataFrame) -> int:
    return documents.filter(pl.col("passages") > 0).height


def _describe(version: Version) -> Metadata:
    passages, documents = version.table("passages"), version.table("documents")
    return {
        **table_metadata(version, stage.PASSAGES, ["title", "heading_path", "text", "url"]),
        **drop_metadata(version),
        "dropped by language": dg.MetadataValue.json(
            stage.languages_dropped(version.table("drops"))
        ),
        "documents": documents.height,
        "documents parsed": version.facts["parsed"],
        "documents carried over": version.facts["reused"],
        "documents by encoding": dg.MetadataValue.json(stage.encodings(documents)),
        "secrets and personal data replaced": dg.MetadataValue.json(stage.replacements(documents)),
        "largest clusters of near duplicates": markdown_table(
            pl.DataFrame(version.facts["clusters"], schema=stage.CLUSTERS)
        ),
        "documents by licence": dg.MetadataValue.json(version.facts["licences"]),
        "words": int(passages["tokens"].sum()),
        "passage lengths": markdown_table(stage.length_histogram(passages)),
    }
