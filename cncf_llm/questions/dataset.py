"""The data set: pairs of all projects by split, without what would give the benchmark away."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cncf_llm.questions.card import dataset_card
from cncf_llm.questions.decontaminate import index, leaks
from cncf_llm.store import DROPS, Table

SPLITS = ("train", "validation", "test")

ROWS = Table(
    "qa_dataset",
    {
        "qa_id": (pl.String, "stable id of the pair"),
        "fact_id": (pl.String, "stable id of the fact: its pairs differ in phrasing alone"),
        "project": (pl.String, "landscape key"),
        "kind": (pl.String, "definition, how_to, setting, command, landscape or relation"),
        "question": (pl.String, "question"),
        "answer": (pl.String, "answer, as Markdown"),
        "messages": (
            pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
            "the pair as a chat: user, then assistant",
        ),
        "prompt": (pl.String, "the question, under the name that trainers expect"),
        "completion": (pl.String, "the answer, under the name that trainers expect"),
        "passage_ids": (pl.List(pl.String), "passages that support the answer"),
        "document_ids": (pl.List(pl.String), "documents of those passages"),
        "licence": (pl.String, "SPDX expression of the sources"),
        "url": (pl.String, "permalink of the first source"),
        "repository": (pl.String, "where the first source comes from"),
        "path": (pl.String, "path of its document"),
        "revision": (pl.String, "commit or content hash at which it was read"),
    },
)


@dataclass(frozen=True)
class Dataset:
    """Rows by project and split, what was dropped, and how contaminated the rest is.

    `contamination` counts: `items` and `pairs` compared, `found` leaks before and `left` after.
    """

    projects: dict[str, dict[str, pl.DataFrame]]
    drops: pl.DataFrame
    contamination: dict[str, int]


def build_dataset(
    pairs_by_project: Mapping[str, pl.DataFrame], benchmark_items: pl.DataFrame
) -> Dataset:
    """Merge the PAIRS of projects into a data set.

    Pairs of the train and validation splits that give away a row of `benchmark_items` (ITEMS of
    any projects) are dropped. The test split trains nothing and keeps all.
    """
    benchmark = index(benchmark_items)
    projects: dict[str, dict[str, pl.DataFrame]] = {}
    drops: list[Mapping[str, object]] = []
    compared = found = left = 0
    for project, pairs in sorted(pairs_by_project.items()):
        trains = pairs.filter(pl.col("split") != "test")
        leaking = leaks(trains, benchmark)
        clean = pairs.filter(~pl.col("qa_id").is_in(list(leaking)))
        compared += trains.height
        found += len(leaking)
        left += len(leaks(clean.filter(pl.col("split") != "test"), benchmark))
        drops += [
            {"project": project, "item": qa_id, "reason": drop.reason, "detail": drop.detail}
            for qa_id, drop in leaking.items()
        ]
        rows = _rows(clean)
        projects[project] = {
            split: rows.filter(clean["split"] == split).sort("qa_id") for split in SPLITS
        }
    return Dataset(
        projects=projects,
        drops=DROPS.frame(drops),
        contamination={
            "items": benchmark_items.height,
            "pairs": compared,
            "found": found,
            "left": left,
        },
    )


def write_dataset(dataset: Dataset, folder: Path) -> None:
    """Write `<project>/<split>.parquet` and a README.md that `datasets.load_dataset` understands.

    Load one project with `load_dataset(folder, "prometheus")`, all with `load_dataset(folder)`.
    A project's folder depends on its own rows alone. Raises `OSError` when it cannot be written.
    """
    for project, splits in dataset.projects.items():
        (folder / project).mkdir(parents=True, exist_ok=True)
        for split, rows in splits.items():
            rows.write_parquet(folder / project / f"{split}.parquet")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(dataset_card(dataset.projects), encoding="utf-8")


def _rows(pairs: pl.DataFrame) -> pl.DataFrame:
    chat = [
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        for question, answer in pairs.select("question", "answer").rows()
    ]
    return pairs.with_columns(
        pl.Series("messages", chat, dtype=ROWS.schema["messages"]),
        prompt=pl.col("question"),
        completion=pl.col("answer"),
    ).select(ROWS.schema.names())
