"""The data set: pairs of all projects by split, without what would give the benchmark away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from cncf_llm.questions.dataset.arrow import write_arrow
from cncf_llm.questions.dataset.balance import Limits, surplus
from cncf_llm.questions.dataset.card import dataset_card
from cncf_llm.questions.dataset.decontaminate import contamination, index, leaks
from cncf_llm.questions.dataset.evaluation_sets import EVALUATION
from cncf_llm.questions.dataset.external import ExternalSet
from cncf_llm.questions.dataset.rows import SPLITS, rows_of
from cncf_llm.questions.dataset.twins import twins
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import normalised
from cncf_llm.store import DROPS

ARROW = "arrow"


@dataclass(frozen=True)
class Dataset:
    """Rows by project and split, what was dropped, and how contaminated the rest is.

    `contamination` counts: `items` and `pairs` compared, `found` leaks before; `ngrams` and
    `minhash` are what each measure finds in the rows that are left, and `left` is their sum.
    """

    projects: dict[str, dict[str, pl.DataFrame]]
    drops: pl.DataFrame
    contamination: dict[str, int]


def build_dataset(
    pairs_by_project: Mapping[str, pl.DataFrame],
    benchmark_items: pl.DataFrame,
    *,
    signatures: Mapping[str, pl.DataFrame] | None = None,
    evaluation: pl.DataFrame | None = None,
    external: Sequence[ExternalSet] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Dataset:
    """Merge the CURATED pairs of projects, and sets of others, into a data set.

    Pairs of the train and validation splits that give away a row of `benchmark_items` (ITEMS of
    any projects) or of `evaluation` are dropped; the test split trains nothing and keeps all.
    Dropped are also pairs whose passages have a near duplicate in another split (`signatures` are
    those of all passages, by project), and what is over the `limits`.
    """
    columns = EVALUATION.schema.names()
    compared = [benchmark_items.select(columns)]
    compared += [evaluation.select(columns)] if evaluation is not None else []
    benchmark = index(pl.concat(compared))
    twin_of = twins(signatures or {})
    recalled = set(benchmark_items.filter(pl.col("set") == "recall")["fact_id"])
    asked = {normalised(each) for pairs in pairs_by_project.values() for each in pairs["question"]}
    sources = {**pairs_by_project, **{each.name: each.pairs for each in external}}
    projects: dict[str, dict[str, pl.DataFrame]] = {}
    drops: list[pl.DataFrame] = [each.drops for each in external]
    counts = {"items": benchmark.items, "pairs": 0, "found": 0, "ngrams": 0, "minhash": 0}
    for project, pairs in sorted(sources.items()):
        ours = project in pairs_by_project
        trains = pairs.filter(pl.col("split") != "test")
        leaking = leaks(trains, benchmark)
        counts["pairs"] += trains.height
        counts["found"] += len(leaking)
        again = {} if ours else _asked_before(pairs, asked)
        found = again | _twins(pairs, twin_of) | leaking
        clean = pairs.filter(~pl.col("qa_id").is_in(list(found)))
        too_many = surplus(clean, recalled, limits if ours else replace(limits, kind_share=1.0))
        found |= {qa_id: Drop("balance", "") for qa_id in too_many}
        rows = pairs.filter(~pl.col("qa_id").is_in(list(found)))
        drops.append(_drops(pairs, found))
        projects[project] = _by_split(rows)
        left = contamination(rows.filter(pl.col("split") != "test"), benchmark)
        counts = {name: count + left.get(name, 0) for name, count in counts.items()}
    return Dataset(
        projects=projects,
        drops=pl.concat(drops) if drops else DROPS.frame(),
        contamination={**counts, "left": counts["ngrams"] + counts["minhash"]},
    )


def write_dataset(dataset: Dataset, folder: Path) -> None:
    """Write `<project>/<split>.parquet` and a README.md that `datasets.load_dataset` understands.

    Load one project with `load_dataset(folder, "prometheus")`, all with `load_dataset(folder)`, and
    all without another copy with `load_from_disk(folder / "arrow")`. A project's folder depends on
    its own rows alone. Raises `OSError` when it cannot be written.
    """
    for project, splits in dataset.projects.items():
        (folder / project).mkdir(parents=True, exist_ok=True)
        for split, rows in splits.items():
            rows.write_parquet(folder / project / f"{split}.parquet")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(dataset_card(dataset.projects), encoding="utf-8")
    write_arrow(dataset.projects, folder / ARROW)


def project_folders(folder: Path) -> list[Path]:
    """Return the folders of a stored data set's projects and external sets, sorted."""
    return sorted({file.parent for file in folder.glob("*/train.parquet")})


def _by_split(pairs: pl.DataFrame) -> dict[str, pl.DataFrame]:
    rows = rows_of(pairs)
    return {split: rows.filter(pairs["split"] == split).sort("qa_id") for split in SPLITS}


def _asked_before(pairs: pl.DataFrame, asked: set[str]) -> dict[str, Drop]:
    return {
        qa_id: Drop("duplicate-question", question)
        for qa_id, question in pairs.select("qa_id", "question").iter_rows()
        if normalised(question) in asked
    }


def _twins(pairs: pl.DataFrame, twin_of: Mapping[str, str]) -> dict[str, Drop]:
    found = {}
    for qa_id, passage_ids in pairs.select("qa_id", "passage_ids").iter_rows():
        twin = next((each for each in passage_ids if each in twin_of), None)
        if twin:
            detail = f"{twin} says the same as {twin_of[twin]}, which is in another split"
            found[qa_id] = Drop("twin-in-other-split", detail)
    return found


def _drops(pairs: pl.DataFrame, found: Mapping[str, Drop]) -> pl.DataFrame:
    rows = {row["qa_id"]: row for row in pairs.select("qa_id", "project", "question").to_dicts()}
    return DROPS.frame(
        {
            "project": rows[qa_id]["project"],
            "item": qa_id,
            "reason": drop.reason,
            "detail": drop.detail or rows[qa_id]["question"],
        }
        for qa_id, drop in found.items()
    )
