"""What runs by the clock."""

from collections.abc import Iterator

import dagster as dg

from cncf_llm.defs.automation.jobs import publish_data, refresh_project
from cncf_llm.partitions import PROJECTS


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
