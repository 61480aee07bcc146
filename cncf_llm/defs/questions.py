"""Questions and answers: pairs per project, and the data set over all projects."""

import dagster as dg
import polars as pl

from cncf_llm import questions as stage
from cncf_llm.defs import pods
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.questions import written
from cncf_llm.store import Draft, Store, Version, digest, stable_id

_PAIR_CHECKS = (
    Check(
        "pairs_are_supported",
        "There are pairs, and every one cites passages of the present corpus.",
        lambda version: check_pairs_are_supported(
            version.table("pairs").height, version.facts["lost_citations"]
        ),
        blocking=True,
    ),
)
_DATASET_CHECKS = (
    Check(
        "no_contamination",
        "No pair that trains gives away a benchmark question.",
        lambda version: check_contamination(version.facts["contamination"]),
        blocking=True,
    ),
)


@dg.asset(
    partitions_def=PROJECTS,
    group_name="questions",
    kinds={"polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("qa_pairs", _PAIR_CHECKS, PROJECTS),
    op_tags=pods.SMALL,
)
def qa_pairs(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: Version,
    entity_graph: Version,
    written_pairs: Version,
) -> Results:
    """One question, one answer, and the passages that support it.

    Made without any model, and by one where `written_pairs` has any.

    Definitions, how-to sections, settings, fields of kinds, commands, frequent questions,
    troubleshooting, comparisons, releases, Stack Overflow threads, landscape facts, and relations
    of the graph over one hop and two.
    """
    projects = landscape.table("projects")
    row = project_row(landscape, context.partition_key)

    def build(draft: Draft) -> None:
        passages = unified_corpus.table("passages")
        made = stage.generate(
            row,
            passages,
            entity_graph.table("nodes"),
            entity_graph.table("edges"),
            draft.previous.tables() if draft.previous else None,
            landscape=projects,
        )
        joined = written.join_written(
            made.pairs,
            made.facts,
            written_pairs.table("pairs"),
            written_pairs.table("facts"),
            passages["passage_id"],
        )
        draft.write("pairs", joined.pairs)
        draft.write("facts", joined.facts)
        draft.write("drops", pl.concat([made.drops, joined.drops]))
        for name, table in made.state.items():
            draft.write(name, table)
        draft.facts.update(reused=made.reused, computed=made.computed, removed=made.removed)
        # Facts about the landscape cite each of its rows as one passage, which no corpus holds.
        held = [*passages["passage_id"]]
        held += [stable_id("psg", "landscape", project) for project in projects["project"]]
        draft.facts.update(lost_citations=lost_citations(joined.pairs, held))

    yield from refresh(
        context,
        store,
        build,
        _describe_pairs,
        code=stage.VERSION,
        inputs={
            "landscape": row["content_hash"],
            "neighbours": digest(dict(projects.select("project", "maturity").iter_rows())),
            "unified_corpus": unified_corpus.digest,
            "entity_graph": entity_graph.digest,
            "written_pairs": written_pairs.digest,
        },
        checks=_PAIR_CHECKS,
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
    check_specs=specs("qa_dataset", _DATASET_CHECKS),
    op_tags=pods.SMALL,
)
def qa_dataset(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    qa_pairs: dict[str, Version],
    benchmark_questions: dict[str, Version],
) -> Results:
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

    yield from refresh(
        context,
        store,
        build,
        _describe_dataset,
        code=stage.VERSION,
        inputs={
            **{f"qa_pairs {key}": version.digest for key, version in qa_pairs.items()},
            **{f"items {key}": version.digest for key, version in benchmark_questions.items()},
        },
        checks=_DATASET_CHECKS,
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


def lost_citations(pairs: pl.DataFrame, passages: list[str]) -> int:
    """Return how many citations of pairs lead to none of the passages, or are missing."""
    cited = pairs.explode("passage_ids")["passage_ids"]
    return cited.filter(~cited.is_in(passages) | cited.is_null()).len()


def check_pairs_are_supported(pairs: int, lost: int) -> dg.AssetCheckResult:
    """Judge whether there are pairs, none with a citation that leads nowhere."""
    return dg.AssetCheckResult(
        passed=pairs > 0 and lost == 0,
        metadata={"pairs": pairs, "citations that lead nowhere": lost},
    )
