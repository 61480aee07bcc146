"""What trainings and scorings have cost and are costing, from the instance's records."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import dagster as dg
from dagster import DagsterRun, DagsterRunStatus

from cncf_llm.defs import pods
from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.jobs import evaluate_all, retrain_project
from cncf_llm.defs.automation.retraining import HOUR, Spent

LANDSCAPE = "landscape_adapter"  # stands beside the projects' names: no project can have it
GPU_ASSETS = tuple(sorted(name for name, pod in pods.PODS.items() if pod.gpus))
UNFINISHED = (
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)
IN_VAIN = (DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
_PARTITION = "dagster/partition"
_PAGE = 200


def trainings_under_way(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the adapters that a run is training or going to, and the run's id."""
    found = {}
    for run in instance.get_runs(dg.RunsFilter(statuses=[*UNFINISHED])):
        if run.job_name == retrain_project.name or _selects(run, "adapter"):
            found[run.tags.get(_PARTITION, "")] = run.run_id
        if run.job_name == evaluate_all.name or _selects(run, LANDSCAPE):
            found[LANDSCAPE] = run.run_id
    return found


def runs_for(instance: dg.DagsterInstance, state: str) -> list[dg.RunRecord]:
    """Return the runs that were asked for with that state, the latest first."""
    return list(instance.get_run_records(dg.RunsFilter(tags={tags.STATE: state})))


def spent_since(
    instance: dg.DagsterInstance, since: float, without: Collection[str]
) -> list[Spent]:
    """Return the GPU time of each step that ended after `since` (Unix seconds).

    Of runs in `without` nothing is counted. A step that failed or was cancelled counts from its
    start to its end; one that found nothing to do does not count.
    """
    return [*_materialized(instance, since, without), *_in_vain(instance, since, without)]


def gpus(asset: str, processes: object = 1) -> int:
    """Return how many GPUs a step of the asset holds; `processes` is what its training says."""
    pod = pods.PODS.get(asset)
    told = processes if isinstance(processes, int) else 1
    return max(told, pod.gpus if pod else 0, 1)


def _materialized(
    instance: dg.DagsterInstance, since: float, without: Collection[str]
) -> Iterator[Spent]:
    for asset in GPU_ASSETS:
        wanted = dg.AssetRecordsFilter(dg.AssetKey(asset), after_timestamp=since)
        cursor, more = None, True
        while more:
            page = instance.fetch_materializations(wanted, limit=_PAGE, cursor=cursor)
            cursor, more = page.cursor, page.has_more
            for record in page.records:
                made = record.asset_materialization
                if made is None or record.run_id in without:
                    continue
                said = {key: value.value for key, value in made.metadata.items()}
                seconds = said.get("seconds")
                if said.get("computed") and isinstance(seconds, int | float):
                    hours = seconds * gpus(asset, said.get("processes")) / HOUR
                    yield Spent(record.timestamp, hours)


def _in_vain(
    instance: dg.DagsterInstance, since: float, without: Collection[str]
) -> Iterator[Spent]:
    wanted = dg.RunsFilter(statuses=[*IN_VAIN], updated_after=datetime.fromtimestamp(since, UTC))
    for record in instance.get_run_records(wanted):
        run = record.dagster_run
        named = run.job_name in (retrain_project.name, evaluate_all.name)
        if run.run_id in without or not (named or any(_selects(run, a) for a in GPU_ASSETS)):
            continue
        for step in instance.get_run_step_stats(run.run_id):
            succeeded = step.status is not None and step.status.value == "SUCCESS"
            if step.step_key not in GPU_ASSETS or step.start_time is None or succeeded:
                continue
            ended = step.end_time or record.end_time or step.start_time
            yield Spent(ended, (ended - step.start_time) * gpus(step.step_key) / HOUR)


def _selects(run: DagsterRun, asset: str) -> bool:
    return run.asset_selection is not None and dg.AssetKey(asset) in run.asset_selection
