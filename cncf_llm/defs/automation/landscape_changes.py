"""The sensor that keeps the partitions equal to the projects of the landscape."""

import dagster as dg

from cncf_llm import sample
from cncf_llm.defs.automation.jobs import refresh_landscape, refresh_project
from cncf_llm.landscape import read_landscape
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings


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
