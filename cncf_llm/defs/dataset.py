"""The data set over all projects: merged, decontaminated, balanced."""

from pathlib import Path

import dagster as dg
import polars as pl

from cncf_llm import questions
from cncf_llm.defs import pods
from cncf_llm.defs.automation.conditions import GATHERS_PAIRS
from cncf_llm.defs.checks import Check, RefusedError, specs
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.questions import dataset as stage
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version, content_hash

_DATASET_CHECKS = (
    Check(
        "no_contamination",
        "No pair that trains gives away a question of the benchmark or of an evaluation set, "
        "neither by n-grams nor by MinHash.",
        lambda version: check_contamination(version.facts["contamination"]),
        blocking=True,
    ),
    Check(
        "splits_are_apart",
        "No document is in two splits.",
        lambda version: check_splits(version.facts["documents_in_two_splits"]),
        blocking=True,
    ),
)


@dg.asset(
    group_name="questions",
    kinds={"huggingface", "parquet"},
    owners=["team:data"],
    code_version=questions.VERSION,
    check_specs=specs("qa_dataset", _DATASET_CHECKS),
    automation_condition=GATHERS_PAIRS,
    op_tags=pods.of("qa_dataset"),
)
def qa_dataset(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    qa_pairs: dict[str, Version],
    benchmark_questions: dict[str, Version],
) -> Results:
    """All projects' pairs as train, validation and test, for `load_dataset` and `load_from_disk`.

    Split by document. Pairs that give a benchmark question away are left out of training.
    """
    limits = stage.Limits(settings.kind_share, settings.project_pairs)
    try:
        sets = (
            stage.read_entries(settings.external_sets, settings.document_licences)
            if settings.external_sets
            else []
        )
        files = {
            **{f"evaluation {path}": _hash(path) for path in settings.evaluation_sets},
            **{f"external {entry.name}": _hash(path) for entry, path in sets},
        }
    except stage.RecordsError as error:
        raise dg.Failure(str(error), allow_retries=False) from error

    def build(draft: Draft) -> None:
        items = [version.table("items") for version in benchmark_questions.values()]
        if not qa_pairs or not items:
            raise dg.Failure("no project has pairs and benchmark questions yet")
        try:
            evaluation = stage.read_evaluation_sets(settings.evaluation_sets)
            external = [stage.read_external(entry, path) for entry, path in sets]
        except stage.RecordsError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        dataset = stage.build_dataset(
            {project: version.table("pairs") for project, version in qa_pairs.items()},
            pl.concat(items),
            signatures={
                project: version.table("signatures") for project, version in qa_pairs.items()
            },
            evaluation=evaluation,
            external=external,
            limits=limits,
        )
        checked = check_contamination(dataset.contamination)
        if not checked.passed:
            raise RefusedError(
                "no_contamination", checked, "training pairs give away what is to be measured"
            )
        stage.write_dataset(dataset, draft.path)
        draft.write("drops", dataset.drops)
        draft.facts.update(
            contamination=dataset.contamination,
            documents_in_two_splits=documents_in_two_splits(dataset),
        )

    yield from refresh(
        context,
        store,
        build,
        _describe_dataset,
        code=questions.VERSION,
        inputs={
            **{f"qa_pairs {key}": version.digest for key, version in qa_pairs.items()},
            **{f"items {key}": version.digest for key, version in benchmark_questions.items()},
            **files,
        },
        settings={
            **vars(limits),
            "external": [entry.model_dump_json() for entry, _ in sets],
        },
        checks=_DATASET_CHECKS,
    )


def _hash(path: Path) -> str:
    try:
        return content_hash(path.read_bytes())
    except OSError as error:
        raise stage.RecordsError(f"{path} cannot be read: {error.strerror}") from error


def dataset_sizes(version: Version) -> pl.DataFrame:
    """Return rows by project and split of a stored data set."""
    rows = []
    for folder in stage.project_folders(version.path):
        sizes = {
            split: pl.scan_parquet(folder / f"{split}.parquet").select(pl.len()).collect().item()
            for split in stage.SPLITS
        }
        rows.append({"project": folder.name, **sizes})
    return pl.DataFrame(
        rows, schema={"project": pl.String, **dict.fromkeys(stage.SPLITS, pl.Int64)}
    )


def documents_in_two_splits(dataset: stage.Dataset) -> int:
    """Return how many documents are cited in more than one split."""
    cited = pl.concat(
        rows.select("document_ids", split=pl.lit(split)).explode("document_ids")
        for splits in dataset.projects.values()
        for split, rows in splits.items()
    )
    splits = cited.drop_nulls().unique().group_by("document_ids").len()
    return splits.filter(pl.col("len") > 1).height


def _describe_dataset(version: Version) -> Metadata:
    sizes = dataset_sizes(version)
    return {
        "dagster/row_count": int(sum(sizes[split].sum() for split in stage.SPLITS)),
        "rows by project and split": markdown_table(sizes),
        "contamination": dg.MetadataValue.json(version.facts["contamination"]),
        **drop_metadata(version),
    }


def check_contamination(contamination: dict[str, int]) -> dg.AssetCheckResult:
    """Judge whether any pair that trains gives away what is to be measured: none may."""
    return dg.AssetCheckResult(passed=contamination["left"] == 0, metadata=dict(contamination))


def check_splits(documents: int) -> dg.AssetCheckResult:
    """Judge whether any document is in two splits: none may."""
    return dg.AssetCheckResult(passed=documents == 0, metadata={"documents in two": documents})
