"""When things run by themselves: jobs, the daily refresh, and the two sensors.

`landscape_changes` adds partitions, `daily_refresh` brings every project's data up to date,
`dataset_changes` requests a retraining. They do nothing until switched on in the UI.
"""

from collections.abc import Iterator

import dagster as dg

from cncf_llm import sample
from cncf_llm.landscape import read_landscape
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store

refresh_landscape = dg.define_asset_job(
    "refresh_landscape",
    selection=["landscape"],
    description="Read the landscape file and register its projects as partitions.",
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

JOBS = [refresh_landscape, refresh_project, publish_data, retrain_project, evaluate_all]


@dg.schedule(
    job=refresh_project,
    cron_schedule="0 3 * * *",
    description="Every night, refresh each project of the landscape.",
)
def daily_refresh(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    day = context.scheduled_execution_time.date().isoformat()
    for project in sorted(context.instance.get_dynamic_partitions(PROJECTS.name or "")):
        yield dg.RunRequest(run_key=f"{day} {project}", partition_key=project)


@dg.schedule(
    job=publish_data,
    cron_schedule="0 5 * * *",
    description="Every morning, merge what the night's refresh brought into the data sets.",
)
def daily_publication() -> dg.RunRequest:
    return dg.RunRequest()


@dg.sensor(jobs=[refresh_landscape, refresh_project], minimum_interval_seconds=3600)
def landscape_changes(
    context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.SensorResult | dg.SkipReason:
    """Add a partition for each project that entered the landscape, and refresh it.

    The cursor is the hash of the landscape file. Projects that left keep their data.
    """
    read = read_landscape(settings.landscape or str(sample.LANDSCAPE), offline=settings.offline)
    seen = str(read.facts["source_hash"])
    if context.cursor == seen:
        return dg.SkipReason("the landscape file is unchanged")
    known = set(context.instance.get_dynamic_partitions(PROJECTS.name or ""))
    new = sorted(set(read.projects["project"]) - known)
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=seen, job_name=refresh_landscape.name),
            *(
                dg.RunRequest(
                    run_key=f"{seen} {project}",
                    job_name=refresh_project.name,
                    partition_key=project,
                )
                for project in new
            ),
        ],
        dynamic_partitions_requests=[PROJECTS.build_add_request(new)] if new else [],
        cursor=seen,
    )


@dg.sensor(job=retrain_project, minimum_interval_seconds=300)
def dataset_changes(
    context: dg.SensorEvaluationContext, store: dg.ResourceParam[Store]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Request a retraining of each project whose data set is not the one its adapter has learned.

    The run key is the data set's digest, so the same data never trains twice.
    """
    dataset = store.current("qa_dataset")
    if dataset is None:
        yield dg.SkipReason("there is no qa_dataset yet")
        return
    for project in store.partitions("adapter"):
        data = dataset.part(project)
        if store.require("adapter", project).facts["data"] != data:
            yield dg.RunRequest(
                run_key=f"{project} {data}",
                partition_key=project,
                tags={"cncf_llm/reason": "the project's data set changed"},
            )
