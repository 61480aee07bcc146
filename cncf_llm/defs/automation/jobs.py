"""The jobs that people look for, and that schedules and sensors launch."""

import dagster as dg

from cncf_llm.partitions import PROJECTS

refresh_landscape = dg.define_asset_job(
    "refresh_landscape",
    selection=["landscape"],
    description="Read the landscape file and register its projects as partitions.",
)
refresh_sources = dg.define_asset_job(
    "refresh_sources",
    selection=["repository_documents", "website_documents", "stackoverflow_threads"],
    partitions_def=PROJECTS,
    description="Read one project's sources again: repositories, websites, Stack Overflow. "
    "What follows from them is refreshed when they changed.",
)
refresh_project = dg.define_asset_job(
    "refresh_project",
    selection=[
        "repository_documents",
        "website_documents",
        "stackoverflow_threads",
        "unified_corpus",
        "entity_graph",
        "written_pairs",
        "qa_pairs",
        "benchmark_questions",
    ],
    partitions_def=PROJECTS,
    description="Bring one project's documents, entities and questions up to date. "
    "Costs in proportion to what changed.",
)
publish_data = dg.define_asset_job(
    "publish_data",
    selection=["landscape_graph", "qa_dataset", "dataset_release"],
    description="Merge all projects' graphs and pairs into the published data sets.",
)
retrain_project = dg.define_asset_job(
    "retrain_project",
    selection=["adapter", "benchmark_scores"],
    partitions_def=PROJECTS,
    description="Train one project's adapter on its present data set and benchmark it.",
)
evaluate_all = dg.define_asset_job(
    "evaluate_all",
    selection=["landscape_adapter", "landscape_scores", "leaderboard", "model_release"],
    description="Train and score the adapter over all projects and make the leaderboard.",
)

JOBS = [
    refresh_landscape,
    refresh_sources,
    refresh_project,
    publish_data,
    retrain_project,
    evaluate_all,
]
