"""What runs by the clock, as nothing that changes could tell when: see `docs/automation.md`."""

from collections.abc import Iterator

import dagster as dg

from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.jobs import refresh_project, write_pairs
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store


@dg.schedule(
    job=refresh_project,
    cron_schedule="0 1 * * 0",
    execution_timezone="UTC",
    description="Sundays at 1:00 UTC, refresh every project. It finds what sensors cannot see: a "
    "source that changed and kept its fingerprint, another maturity in the landscape, a run that "
    "was lost. What is unchanged costs little.",
)
def weekly_refresh(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    day = context.scheduled_execution_time.date().isoformat()
    for project in sorted(context.instance.get_dynamic_partitions(PROJECTS.name or "")):
        yield _request(f"{day} {project}", project, "the weekly refresh of every project")


@dg.schedule(
    job=write_pairs,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    description="Every night at 2:00 UTC, let the language model write about projects whose "
    "passages changed, and ask again where it did not answer.",
)
def nightly_writing(
    context: dg.ScheduleEvaluationContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Request `write_pairs` for each project whose pairs are of another corpus than the present."""
    if not settings.llm_model:
        yield dg.SkipReason("CNCF_LLM_LLM_MODEL is not set: nobody writes")
        return
    day = context.scheduled_execution_time.date().isoformat()
    projects = set(context.instance.get_dynamic_partitions(PROJECTS.name or ""))
    requests = [
        _request(f"{day} {project}", project, reason)
        for project, reason in _to_write(store, projects)
    ]
    yield from requests or [dg.SkipReason("no project's passages changed")]


def _to_write(store: Store, projects: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each project to write about, and why. Of the store only the pointers are read."""
    written = store.versions("written_pairs", among=projects)
    for project, corpus in sorted(store.versions("unified_corpus", among=projects).items()):
        pairs = written.get(project)
        if pairs is None:
            yield project, "no pairs were written about its passages yet"
        elif pairs.facts.get("corpus") != corpus.digest:
            yield project, "its passages changed since pairs were written"
        elif waiting := pairs.facts["counts"]["unanswered"]:
            yield project, f"{waiting} requests had no answer the last time"


def _request(run_key: str, project: str, reason: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=run_key,
        partition_key=project,
        tags={tags.TRIGGER: "schedule", tags.REASON: reason, tags.PROJECT: project},
    )


SCHEDULES = [nightly_writing, weekly_refresh]
