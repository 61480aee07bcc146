"""The benchmark: frozen questions, scores of base against adapter, the control, the leaderboard.

`benchmark_scores` judges a project's adapter on its own questions. `landscape_scores` judges across
projects: each adapter on another project's `recall` (the control: it should gain nothing there),
and the landscape adapter on everything.
"""

import dagster as dg
import polars as pl

from cncf_llm import evaluation as stage
from cncf_llm.defs import pods, pools, retries
from cncf_llm.defs.automation.conditions import FOLLOWS, GATHERS_SCORES
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.comparison import NO_WORSE, compare
from cncf_llm.defs.models import ADAPTER, MODEL
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, table_metadata
from cncf_llm.defs.progress import progress
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version

_QUESTION_CHECKS = (
    Check(
        "sets_are_apart",
        "There are items, and no document serves both `recall` and `unseen`.",
        lambda version: check_sets_are_apart(version.table("items")),
        blocking=True,
    ),
)
_SCORE_CHECKS = (
    NO_WORSE,
    Check(
        "adapter_learned",
        "On `recall` the adapter's loss lies below the base model's, intervals apart.",
        lambda version: check_adapter_learned(version.table("scores")),
    ),
)
_LANDSCAPE_CHECKS = (NO_WORSE,)


@dg.asset(
    partitions_def=PROJECTS,
    group_name="benchmark",
    kinds={"polars"},
    owners=["team:models"],
    code_version=stage.VERSION,
    check_specs=specs("benchmark_questions", _QUESTION_CHECKS, PROJECTS),
    automation_condition=FOLLOWS,
    op_tags=pods.of("benchmark_questions"),
)
def benchmark_questions(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    qa_pairs: Version,
) -> Results:
    """Evaluation items in two sets that are never mixed.

    `recall`: facts of training documents in phrasings that no pair has. `unseen`: facts of
    documents that no training pair touches. Each with three wrong answers of the same kind.
    """

    def build(draft: Draft) -> None:
        items, drops = stage.build_items(qa_pairs.table("facts"), qa_pairs.table("pairs"))
        draft.write("items", items)
        draft.write("drops", drops)

    yield from refresh(
        context,
        store,
        build,
        _describe_items,
        code=stage.VERSION,
        inputs={"qa_pairs": qa_pairs.digest},
        checks=_QUESTION_CHECKS,
    )


@dg.asset(
    partitions_def=PROJECTS,
    group_name="benchmark",
    kinds={"pytorch", "polars"},
    owners=["team:models"],
    code_version=stage.VERSION,
    check_specs=specs("benchmark_scores", _SCORE_CHECKS, PROJECTS),
    op_tags=pods.of("benchmark_scores"),
    pool=pools.GPU,
    retry_policy=retries.GPU,
)
def benchmark_scores(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    base_model: Version,
    adapter: Version,
    benchmark_questions: Version,
) -> Results:
    """Scores of the base model and the project's adapter on the project's items."""

    def build(draft: Draft) -> None:
        items = benchmark_questions.table("items")
        previous = draft.previous.table("item_scores") if draft.previous else None
        scored = [
            stage.score_items(
                items,
                base_model.path / MODEL,
                folder,
                model_name=name,
                model_digest=judged.digest,
                seed=settings.seed,
                previous=previous,
                report=progress(context),
            )
            for name, folder, judged in (
                ("base", None, base_model),
                ("adapter", adapter.path / ADAPTER, adapter),
            )
        ]
        _keep(draft, pl.concat(scored), settings.seed)
        compare(draft, items, scored[-1], settings.seed)

    yield from refresh(
        context,
        store,
        build,
        _describe_scores,
        code=stage.VERSION,
        inputs={
            version.asset: version.digest for version in (base_model, adapter, benchmark_questions)
        },
        settings={"seed": settings.seed},
        checks=_SCORE_CHECKS,
    )


@dg.asset(
    group_name="benchmark",
    kinds={"pytorch", "polars"},
    owners=["team:models"],
    code_version=stage.VERSION,
    check_specs=specs("landscape_scores", _LANDSCAPE_CHECKS),
    op_tags=pods.of("landscape_scores"),
    pool=pools.GPU,
    retry_policy=retries.GPU,
)
def landscape_scores(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    base_model: Version,
    adapter: dict[str, Version],
    landscape_adapter: Version,
    benchmark_questions: dict[str, Version],
) -> Results:
    """Scores across projects: each adapter on the next project's `recall` as a control, and the
    landscape adapter on all items."""

    def build(draft: Draft) -> None:
        previous = draft.previous.table("item_scores") if draft.previous else None
        scored = [stage.ITEM_SCORES.frame()]
        for project, judged in landscape_jobs(sorted(benchmark_questions), sorted(adapter)):
            items = benchmark_questions[project].table("items")
            models = [("landscape-adapter", landscape_adapter)]
            if judged is not None:
                items = items.filter(pl.col("set") == "recall")
                models = [("base", base_model), ("adapter", adapter[judged])]
            scored += [
                stage.score_items(
                    items,
                    base_model.path / MODEL,
                    None if model is base_model else model.path / ADAPTER,
                    model_name=name,
                    model_digest=model.digest,
                    control_for=judged,
                    seed=settings.seed,
                    previous=previous,
                    report=progress(context),
                )
                for name, model in models
            ]
        item_scores = pl.concat(scored)
        _keep(draft, item_scores, settings.seed)
        ours = item_scores.filter(pl.col("model") == "landscape-adapter")
        asked = [version.table("items") for version in benchmark_questions.values()]
        compare(draft, pl.concat([stage.ITEMS.frame(), *asked]), ours, settings.seed)

    yield from refresh(
        context,
        store,
        build,
        _describe_scores,
        code=stage.VERSION,
        inputs={
            "base_model": base_model.digest,
            "landscape_adapter": landscape_adapter.digest,
            **{f"adapter {key}": version.digest for key, version in adapter.items()},
            **{f"items {key}": version.digest for key, version in benchmark_questions.items()},
        },
        settings={"seed": settings.seed},
        checks=_LANDSCAPE_CHECKS,
    )


def landscape_jobs(items: list[str], adapters: list[str]) -> list[tuple[str, str | None]]:
    """Return (project whose items are asked, project whose adapter is judged or None).

    None stands for the landscape adapter. Each adapter gets the items of the next project.
    """
    jobs: list[tuple[str, str | None]] = [(project, None) for project in items]
    for adapter in adapters:
        others = [project for project in items if project != adapter]
        if others:
            following = [project for project in others if project > adapter]
            jobs.append(((following or others)[0], adapter))
    return jobs


@dg.asset(
    group_name="benchmark",
    kinds={"polars"},
    owners=["team:models"],
    code_version=stage.VERSION,
    automation_condition=GATHERS_SCORES,
    op_tags=pods.of("leaderboard"),
)
def leaderboard(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    benchmark_scores: dict[str, Version],
    landscape_scores: Version,
) -> Results:
    """All projects, all models: every metric with its interval and n, `recall`, `unseen` and
    `control` apart."""
    versions = [*benchmark_scores.values(), landscape_scores]

    def build(draft: Draft) -> None:
        draft.write("leaderboard", stage.leaderboard(v.table("scores") for v in versions))

    yield from refresh(
        context,
        store,
        build,
        lambda version: {
            "dagster/row_count": version.table("leaderboard").height,
            "leaderboard": dg.MetadataValue.md(
                stage.leaderboard_markdown(version.table("leaderboard"))
            ),
        },
        code=stage.VERSION,
        inputs={f"{version.asset} {version.partition}": version.digest for version in versions},
    )


def _keep(draft: Draft, item_scores: pl.DataFrame, seed: int) -> None:
    draft.write("scores", stage.summarise(item_scores, seed=seed))
    draft.write("item_scores", item_scores)


def _describe_items(version: Version) -> Metadata:
    counts = version.table("items").group_by("set", "kind").len(name="items").sort("set", "kind")
    return {
        **table_metadata(version, stage.ITEMS, ["set", "kind", "question", "answer"]),
        **drop_metadata(version),
        "items by set and kind": markdown_table(counts),
    }


def _describe_scores(version: Version) -> Metadata:
    scores = version.table("scores")
    return {
        **table_metadata(version, stage.SCORES, ["set", "model", "metric", "value", "n"]),
        "item scores": version.table("item_scores").height,
        "scores": markdown_table(scores.with_columns(pl.col("value", "low", "high").round(3))),
        "against the replaced adapter": markdown_table(version.table("against_replaced")),
    }


def check_adapter_learned(scores: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether the adapter answers what it was taught better than the base model does.

    Better: on `recall` its loss interval lies wholly below the base model's.
    """
    rows = scores.filter((pl.col("set") == "recall") & (pl.col("metric") == "answer_nll"))
    by = {row["model"]: row for row in rows.iter_rows(named=True)}
    ok = {"base", "adapter"} <= by.keys() and by["adapter"]["high"] < by["base"]["low"]
    return dg.AssetCheckResult(
        passed=ok,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            f"{name} answer_nll": f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
            for name, row in by.items()
        },
    )


def check_sets_are_apart(items: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether any document serves both sets: then `unseen` would not be unseen."""
    documents = items.explode("document_ids").group_by("document_ids")
    both = documents.agg(pl.col("set").n_unique()).filter(pl.col("set") > 1).height
    return dg.AssetCheckResult(
        passed=items.height > 0 and both == 0,
        metadata={"items": items.height, "documents in both sets": both},
    )
