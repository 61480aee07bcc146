"""Questions and answers: pairs per project, and the data set over all projects."""

import dagster as dg
import polars as pl

from cncf_llm import questions as stage
from cncf_llm.defs import pods
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, table_metadata
from cncf_llm.defs.storage import refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.store import Draft, Store, Version, stable_id


@dg.asset(
    partitions_def=PROJECTS,
    group_name="questions",
    kinds={"polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    op_tags=pods.SMALL,
)
def qa_pairs(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: Version,
    entity_graph: Version,
) -> dg.MaterializeResult:
    """One question, one answer, and the passages that support it; made without any model.

    Definitions, how-to sections, settings, commands, landscape facts and graph relations.
    """
    row = project_row(landscape, context.partition_key)

    def build(draft: Draft) -> None:
        made = stage.generate(
            row,
            unified_corpus.table("passages"),
            entity_graph.table("nodes"),
            entity_graph.table("edges"),
            draft.previous.tables() if draft.previous else None,
        )
        draft.write("pairs", made.pairs)
        draft.write("facts", made.facts)
        draft.write("drops", made.drops)
        for name, table in made.state.items():
            draft.write(name, table)
        draft.facts.update(reused=made.reused, computed=made.computed, removed=made.removed)

    return refresh(
        context,
        store,
        build,
        _describe_pairs,
        code=stage.VERSION,
        inputs={
            "landscape": row["content_hash"],
            "unified_corpus": unified_corpus.digest,
            "entity_graph": entity_graph.digest,
        },
    )


def _describe_pairs(version: Version) -> Metadata:
    pairs = version.table("pairs")
    kinds = pairs.group_by("kind").agg(pl.len().alias("pairs"), pl.col("fact_id").n_unique())
    return {
        **table_metadata(version, stage.PAIRS, ["kind", "question", "answer", "url"]),
        **drop_metadata(version),
        "facts": version.table("facts").height,
        "by kind": markdown_table(kinds.rename({"fact_id": "facts"}).sort("kind")),
        "passages asked about anew": version.facts["computed"],
        "passages carried over": version.facts["reused"],
    }


@dg.asset(
    group_name="questions",
    kinds={"huggingface", "parquet"},
    owners=["team:data"],
    code_version=stage.VERSION,
    op_tags=pods.SMALL,
)
def qa_dataset(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    qa_pairs: dict[str, Version],
    benchmark_questions: dict[str, Version],
) -> dg.MaterializeResult:
    """All projects' pairs as train, validation and test, ready for `datasets.load_dataset`.

    Split by document. Pairs that give a benchmark question away are left out of training.
    """

    def build(draft: Draft) -> None:
        items = [version.table("items") for version in benchmark_questions.values()]
        if not qa_pairs or not items:
            raise dg.Failure("no project has pairs and benchmark questions yet")
        dataset = stage.build_dataset(
            {project: version.table("pairs") for project, version in qa_pairs.items()},
            pl.concat(items),
        )
        stage.write_dataset(dataset, draft.path)
        draft.write("drops", dataset.drops)
        draft.facts.update(contamination=dataset.contamination)

    return refresh(
        context,
        store,
        build,
        _describe_dataset,
        code=stage.VERSION,
        inputs={
            **{f"qa_pairs {key}": version.digest for key, version in qa_pairs.items()},
            **{f"items {key}": version.digest for key, version in benchmark_questions.items()},
        },
    )


def dataset_sizes(version: Version) -> pl.DataFrame:
    """Return rows by project and split of a stored data set."""
    rows = []
    for project in sorted({name.split("/")[0] for name in version.files if "/" in name}):
        sizes = {
            split: pl.scan_parquet(version.path / project / f"{split}.parquet")
            .select(pl.len())
            .collect()
            .item()
            for split in stage.SPLITS
        }
        rows.append({"project": project, **sizes})
    return pl.DataFrame(
        rows, schema={"project": pl.String, **dict.fromkeys(stage.SPLITS, pl.Int64)}
    )


def _describe_dataset(version: Version) -> Metadata:
    sizes = dataset_sizes(version)
    return {
        "dagster/row_count": int(sum(sizes[split].sum() for split in stage.SPLITS)),
        "rows by project and split": markdown_table(sizes),
        "contamination": dg.MetadataValue.json(version.facts["contamination"]),
        **drop_metadata(version),
    }


def check_contamination(contamination: dict[str, int]) -> dg.AssetCheckResult:
    """Judge whether any pair that trains gives away a benchmark question: none may."""
    return dg.AssetCheckResult(passed=contamination["left"] == 0, metadata=dict(contamination))


@dg.asset_check(asset=qa_dataset, blocking=True)
def no_contamination(store: dg.ResourceParam[Store]) -> dg.AssetCheckResult:
    """No pair that trains gives away a benchmark question."""
    return check_contamination(store.require("qa_dataset").facts["contamination"])


def check_pairs_are_supported(pairs: pl.DataFrame, passages: list[str]) -> dg.AssetCheckResult:
    """Judge whether every pair cites passages that exist."""
    cited = pairs.explode("passage_ids")
    lost = cited.filter(~pl.col("passage_ids").is_in(passages) | pl.col("passage_ids").is_null())
    return dg.AssetCheckResult(
        passed=pairs.height > 0 and lost.is_empty(),
        metadata={"pairs": pairs.height, "citations that lead nowhere": lost.height},
    )


@dg.asset_check(asset=qa_pairs, partitions_def=PROJECTS, blocking=True)
def pairs_are_supported(
    context: dg.AssetCheckExecutionContext, store: dg.ResourceParam[Store]
) -> dg.AssetCheckResult:
    """There are pairs, and every one cites passages of the present corpus."""
    key = context.partition_key
    passages = store.require("unified_corpus", key).table("passages")["passage_id"].to_list()
    # Facts about the landscape cite it as one passage, which no corpus holds.
    passages.append(stable_id("psg", "landscape", key))
    return check_pairs_are_supported(store.require("qa_pairs", key).table("pairs"), passages)
