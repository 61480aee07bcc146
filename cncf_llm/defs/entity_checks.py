"""What must hold for the recognizer, for each project's graph, and for the landscape's."""

from collections.abc import Mapping, Sequence

import dagster as dg
import polars as pl

from cncf_llm import entities as stage
from cncf_llm.defs.checks import Check
from cncf_llm.defs.present import markdown_table

MICRO = "micro without CONCEPT"  # CONCEPT is the label on which readers agree least

# (label, match, figure) -> the least that is good enough, on sentences from real documentation.
FLOORS: Mapping[tuple[str, str, str], float] = {
    (MICRO, "exact", "f1"): 0.7,
    (MICRO, "relaxed", "f1"): 0.8,
    ("PROJECT", "exact", "precision"): 0.9,
}
# The same on the 60 sentences of the sample: a recognizer trained on the sample alone reached 0.90,
# 0.92 and 0.89. One wrong project in 37 is 0.03.
SAMPLE_FLOORS: Mapping[tuple[str, str, str], float] = {
    (MICRO, "exact", "f1"): 0.75,
    (MICRO, "relaxed", "f1"): 0.8,
    ("PROJECT", "exact", "precision"): 0.8,
}

_WARN = dg.AssetCheckSeverity.WARN
_EXAMPLES = 5


def check_recognizer_learned(training: Mapping[str, int | float]) -> dg.AssetCheckResult:
    """Judge whether the statistical part was trained on any weak label at all."""
    return dg.AssetCheckResult(passed=training["weak_labels"] > 0, metadata=dict(training))


def check_recognizer_scores(
    scores: pl.DataFrame, floors: Mapping[tuple[str, str, str], float]
) -> dg.AssetCheckResult:
    """Judge whether the recognizer finds what a reader has marked. A figure that could not be
    measured is below its floor.
    """
    measured = {one: _figure(scores, *one) for one in floors}
    low = [one for one, floor in floors.items() if (measured[one] or 0.0) < floor]
    return dg.AssetCheckResult(
        passed=not low,
        severity=_WARN,
        metadata={
            **{" ".join(one): value for one, value in measured.items() if value is not None},
            "below the floor": ", ".join(f"{' '.join(one)} < {floors[one]}" for one in low),
            "by label": score_table(scores),
        },
    )


def check_signatures(nodes: pl.DataFrame, edges: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether every edge joins labels that its type allows."""
    labels = dict(nodes.select("entity_id", "label").iter_rows())
    wrong = [
        f"{head_name} {kind} {tail_name}"
        for kind, head, tail, head_name, tail_name in edges.select(
            "type", "head", "tail", "head_name", "tail_name"
        ).iter_rows()
        if not stage.allowed(kind, labels.get(head), labels.get(tail))
    ]
    return dg.AssetCheckResult(
        passed=not wrong, metadata={"wrong edges": len(wrong), "examples": _some(wrong)}
    )


def check_no_orphans(nodes: pl.DataFrame, edges: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether each node is mentioned somewhere or has an edge."""
    lost = stage.orphans(nodes, edges)["name"].to_list()
    return dg.AssetCheckResult(
        passed=not lost,
        severity=_WARN,
        metadata={"orphans": len(lost), "examples": _some(lost)},
    )


def check_no_conflicts(nodes: pl.DataFrame, edges: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether no two facts exclude each other: two parents, maturities or licences."""
    found = stage.conflicts(edges, nodes)
    return dg.AssetCheckResult(
        passed=not found,
        severity=_WARN,
        metadata={"conflicts": len(found), "examples": _some(found)},
    )


def score_table(scores: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Render the recognizer's scores, one line a label and match."""
    rounded = scores.with_columns(pl.col("precision", "recall", "f1").round(2))
    return markdown_table(rounded.filter(pl.col("annotated") + pl.col("found") > 0))


def score_figures(scores: pl.DataFrame) -> dict[str, float]:
    """Return every score under a name that MLflow takes, such as `exact_f1_PROJECT`."""
    return {
        f"{row['match']}_{figure}_{row['label'].replace(' ', '_')}": row[figure]
        for row in scores.iter_rows(named=True)
        for figure in ("precision", "recall", "f1")
        if row[figure] is not None
    }


def _figure(scores: pl.DataFrame, label: str, match: str, figure: str) -> float | None:
    row = scores.filter(label=label, match=match).row(0, named=True)
    return row[figure]


def _some(items: Sequence[str]) -> str:
    return "; ".join(items[:_EXAMPLES])


RECOGNIZER_CHECKS = (
    Check(
        "recognizer_learned",
        "Names and patterns labelled something for the statistical part to learn from.",
        lambda version: check_recognizer_learned(version.facts["training"]),
    ),
    Check(
        "recognizer_scores",
        "On annotated sentences F1 without CONCEPT and the precision of PROJECT are above their "
        "floors.",
        lambda version: check_recognizer_scores(
            stage.SCORES.frame(version.facts["scores"]),
            SAMPLE_FLOORS if version.facts["scored_on"] == "sample" else FLOORS,
        ),
    ),
)
GRAPH_CHECKS = (
    Check(
        "edges_fit_their_signatures",
        "Every edge joins labels that its type allows.",
        lambda version: check_signatures(version.table("nodes"), version.table("edges")),
    ),
    Check(
        "no_orphans",
        "Every node is mentioned by a passage or has an edge.",
        lambda version: check_no_orphans(version.table("nodes"), version.table("edges")),
    ),
    Check(
        "no_conflicting_facts",
        "Nothing has two parents, two maturities or two licences, and no edge leads to its start.",
        lambda version: check_no_conflicts(version.table("nodes"), version.table("edges")),
    ),
)
