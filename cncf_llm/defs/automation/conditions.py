"""When the cheap stages follow what they are made of: declarative conditions on the assets.

A stage is requested when the data version of something that it reads has changed, once for each
change: a step that failed is not requested again until something else moves. What follows
in the same tick joins the same run (`will_be_requested`), so a project's whole chain is one run.
The landscape does not count as an input here: each edit of it would request every project. Its
sensor and the weekly refresh see to that.
"""

import dagster as dg

from cncf_llm.defs.automation import tags

_Condition = dg.AutomationCondition

# A busy platform is never wholly still: at these times what waits goes ahead all the same.
PATIENCE = "0 */6 * * *"

_RAW = ("repository_documents", "website_documents", "stackoverflow_threads")
_CORPORA = (*_RAW, "unified_corpus")
_GRAPHS = (*_CORPORA, "entity_recognizer", "entity_graph")
_PAIRS = (*_GRAPHS, "qa_pairs", "benchmark_questions")
_SCORES = ("adapter", "benchmark_scores", "landscape_adapter", "landscape_scores")


def _moved() -> dg.AutomationCondition:
    """True when a dependency has another data version, or when the stage's code has changed.

    A version that came from a run which was to make this asset as well does not count: that run has
    dealt with it, or has failed.
    """
    changed = _Condition.data_version_changed() & ~_Condition.executed_with_root_target()
    deps = _Condition.any_deps_match(
        changed.with_label("another data version") | _Condition.will_be_requested()
    ).ignore(dg.AssetSelection.assets("landscape"))
    moved = deps.with_label("a dependency moved") | _Condition.code_version_changed()
    handled = (
        _Condition.newly_requested() | _Condition.newly_updated() | _Condition.initial_evaluation()
    )
    return moved.since(handled.with_label("handled")).with_label(
        "moved since it was last requested or made"
    )


def _unheld() -> dg.AutomationCondition:
    """True when no dependency's blocking check has failed, and the asset is not being made."""
    return _Condition.all_deps_blocking_checks_passed() & ~_Condition.in_progress()


def _still(upstream: tuple[str, ...]) -> dg.AutomationCondition:
    """True when nothing of `upstream` is under way or has come in since the last tick.

    What has just come in is about to have its followers requested.
    """
    busy = _Condition.in_progress() | _Condition.newly_updated()
    anything = _Condition.asset_matches(upstream[0], busy)
    for asset in upstream[1:]:
        anything = anything | _Condition.asset_matches(asset, busy)
    return (
        ~anything.with_label("something upstream is under way")
        | _Condition.cron_tick_passed(PATIENCE)
    ).with_label("upstream is still, or was waited for long enough")


def _follows(*optional: str) -> dg.AutomationCondition:
    """Return the condition of a stage that reads one thing of each dependency.

    It waits for those under way, and for those without data, unless they are `optional`.
    """
    missing = _Condition.any_deps_missing()
    if optional:
        missing = missing.ignore(dg.AssetSelection.assets(*optional))
    return (_moved() & ~missing & ~_Condition.any_deps_in_progress() & _unheld()).with_label(
        "follows its inputs"
    )


def _gathers(*upstream: str) -> dg.AutomationCondition:
    """Return the condition of a stage that reads all projects that have data.

    It waits until `upstream` is still, so a night of many changed projects makes one version.
    """
    some = _Condition.all_deps_match(~_Condition.missing() | _Condition.will_be_requested())
    return (
        _moved() & some.with_label("there is some of each input") & _still(upstream) & _unheld()
    ).with_label("gathers all projects")


FOLLOWS = _follows()
FOLLOWS_PAIRS = _follows("written_pairs", "review_verdicts")  # a person or a model may add these
GATHERS_CORPORA = _gathers(*_CORPORA)
GATHERS_GRAPHS = _gathers(*_GRAPHS)
GATHERS_PAIRS = _gathers(*_PAIRS)
GATHERS_SCORES = _gathers(*_SCORES)

cheap_stages = dg.AutomationConditionSensorDefinition(
    "cheap_stages",
    target=dg.AssetSelection.all(),
    minimum_interval_seconds=30,
    run_tags={
        tags.TRIGGER: "data_version",
        tags.REASON: "an input has another data version; see the asset's automation tab",
        tags.COST: "cpu",
    },
    # One run a project: found by its partition, cancelled and retried alone.
    emit_backfills=False,
    description="Bring corpus, graph, pairs, data set and leaderboard up to date when the data "
    "version of what they are made of has changed. Documents, pairs that a model writes, and "
    "training have sensors and schedules of their own.",
)
