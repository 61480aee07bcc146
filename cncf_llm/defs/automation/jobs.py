"""The jobs that people look for, and that schedules and sensors launch.

Launched by hand, a run says so in its tags; sensors and schedules put their own over them.
"""

from collections.abc import Sequence

import dagster as dg

from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.refresh_changed import refresh_changed

_SOURCES = ("repository_documents", "website_documents", "stackoverflow_threads")
_QUESTIONS = ("unified_corpus", "entity_graph", "qa_pairs", "benchmark_questions")


def _job(
    name: str,
    assets: Sequence[str],
    description: str,
    cost: str,
    more_tags: dict[str, str] | None = None,
):
    return dg.define_asset_job(
        name,
        selection=list(assets),
        description=description,
        tags={tags.TRIGGER: "person", tags.COST: cost, **(more_tags or {})},
    )


refresh_landscape = _job(
    "refresh_landscape",
    ["landscape"],
    "Read the landscape file and register its projects as partitions.",
    "network",
)
refresh_sources = _job(
    "refresh_sources",
    _SOURCES,
    "Read one project's sources again: repositories, websites, Stack Overflow. "
    "What follows from them is refreshed when they changed.",
    "network",
)
refresh_project = _job(
    "refresh_project",
    [*_SOURCES, *_QUESTIONS, "written_pairs"],
    "Bring one project up to date, from its sources to its benchmark questions. "
    "Costs in proportion to what changed.",
    "network",
)
rebuild_project = _job(
    "rebuild_project",
    [*_SOURCES, *_QUESTIONS],
    "Make one project's data as if there were none: sources are read in full, nothing is carried "
    "over. Where the result is the same, nothing follows. Pairs that a model wrote are kept.",
    "network",
    {tags.REBUILD: "true"},
)
write_pairs = _job(
    "write_pairs",
    ["written_pairs"],
    "Let the language model write pairs about one project's passages that are new or changed.",
    "endpoint",
)
publish_data = _job(
    "publish_data",
    ["landscape_graph", "qa_dataset", "dataset_release"],
    "Merge all projects' graphs and pairs into the published data sets.",
    "cpu",
)
train_base_model = _job(
    "train_base_model",
    ["base_model"],
    "Train or fetch the base model, once at the beginning. A new one has every adapter trained "
    "anew: an adapter fits only the model that it was trained for.",
    "gpu",
)
retrain_project = _job(
    "retrain_project",
    ["adapter", "benchmark_scores"],
    "Train one project's adapter on its present data set and benchmark it.",
    "gpu",
)
evaluate_all = _job(
    "evaluate_all",
    ["landscape_adapter", "landscape_scores", "leaderboard", "model_release"],
    "Train and score the adapter over all projects, make the leaderboard and release the models.",
    "gpu",
)

JOBS = [
    refresh_landscape,
    refresh_sources,
    refresh_project,
    refresh_changed,
    rebuild_project,
    write_pairs,
    publish_data,
    train_base_model,
    retrain_project,
    evaluate_all,
]
