"""How well and how fast entities are found: `python benchmarks/entities.py HOME [ANNOTATED]`.

HOME is a home (`CNCF_LLM_HOME`) in which `entity_recognizer` and `unified_corpus` are materialized.
ANNOTATED is a JSON-lines file of annotated sentences; without it only the speed is measured. The
speed is that of one process in seconds of processor, on a fixed sample of each project's passages.
"""

import sys
import time
from pathlib import Path

import polars as pl

from cncf_llm.entities import find_mentions, score_recognizer
from cncf_llm.store import Store

_PASSAGES = 120  # of each project


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    store = Store(str(Path(sys.argv[1]).absolute() / "data"))
    recognizer = store.require("entity_recognizer")
    folder = recognizer.path / "pipeline"
    if len(sys.argv) == 3 and Path(sys.argv[2]).is_file():
        print(table(score_recognizer(folder, Path(sys.argv[2]))))
    else:
        print("No annotated sentences given: no scores.")
    parts = [
        store.require("unified_corpus", project).table("passages").sort("passage_id")
        for project in store.partitions("unified_corpus")
    ]
    sample = pl.concat([part.sample(min(_PASSAGES, part.height), seed=1) for part in parts])
    print(f"\n{speed(folder, sample)}")


def table(scores: pl.DataFrame) -> str:
    """Return a `SCORES` table as Markdown: one row a label, exact and relaxed F1."""
    exact, relaxed = (scores.filter(match=match) for match in ("exact", "relaxed"))
    lines = [
        "| label | precision | recall | F1 | relaxed F1 | annotated |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    figures = ("precision", "recall", "f1")
    for one, other in zip(exact.rows(named=True), relaxed.rows(named=True), strict=True):
        shown = [*(one[key] for key in figures), other["f1"]]
        cells = ["-" if figure is None else f"{figure:.2f}" for figure in shown]
        lines.append(f"| {one['label']} | {' | '.join(cells)} | {one['annotated']} |")
    return "\n".join(lines)


def speed(folder: Path, passages: pl.DataFrame) -> str:
    """Return how many words a second `find_mentions` reads, loading not counted."""
    words = sum(len(text.split()) for text in passages["text"])
    loading = time.process_time()
    find_mentions(folder, "benchmark", passages.head(1))
    loading = time.process_time() - loading
    started = time.process_time()
    found = find_mentions(folder, "benchmark", passages).tables["mentions"]
    seconds = time.process_time() - started - loading
    return (
        f"{words:,} words in {seconds:.1f} s of one core: {words / seconds:,.0f} words a second, "
        f"{found.height:,} mentions"
    )


if __name__ == "__main__":
    main()
