"""Ask for a run once for each state of the world, and again, later and later, after it failed.

What was asked is known from the runs themselves (tag `STATE`), not from a cursor: so a sensor whose
cursor is lost asks for nothing twice, and a run that a person deletes may be asked for again.
"""

import time
from collections.abc import Mapping
from itertools import takewhile

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from cncf_llm.defs.automation import tags

FIRST_WAIT = 900.0  # seconds after a run that did not help, doubled with each further one
LONGEST_WAIT = 86_400.0
_LOOKED_AT = 10  # runs that failed in a row: the wait is the longest by then

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def back_off(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** max(0, min(failures, 20) - 1))


def next_attempt(
    instance: dg.DagsterInstance, job: str, state: str, project: str | None = None
) -> int | str:
    """Return the number of the run to ask for, from 1, or in words why none is asked for now.

    `state` is a digest of what the run would answer to. A run of the job for it that is under way
    is waited for. After the job's last runs, when these were for the same state, the wait is
    `back_off`. When one for another state came later, what they did is undone: nothing to wait for.
    """
    of_project = {tags.PROJECT: project} if project else {}
    last = instance.get_run_records(RunsFilter(job_name=job, tags=of_project), limit=_LOOKED_AT)
    if not last or last[0].dagster_run.tags.get(tags.STATE) != state:
        return 1 + _asked(instance, job, {tags.STATE: state, **of_project})
    latest = last[0].dagster_run
    if latest.status in UNFINISHED:
        return f"run {latest.run_id[:8]} is under way"
    same = list(takewhile(lambda record: record.dagster_run.tags.get(tags.STATE) == state, last))
    ended = last[0].end_time or last[0].update_timestamp.timestamp()
    left = ended + back_off(len(same)) - time.time()
    if left > 0:
        ending = latest.status.value.lower()
        return f"asked {len(same)} times, the last run ended as {ending}: again in {left:.0f} s"
    return 1 + _asked(instance, job, {tags.STATE: state, **of_project})


def run_key(state: str, attempt: int, project: str | None = None) -> str:
    """Return the key that makes the daemon start this attempt once."""
    key = f"{project} {state}" if project else state
    return key if attempt == 1 else f"{key} attempt {attempt}"


def _asked(instance: dg.DagsterInstance, job: str, found: Mapping[str, str]) -> int:
    return instance.get_runs_count(RunsFilter(job_name=job, tags=dict(found)))
