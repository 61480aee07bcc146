"""Ask for a run once for each state of the world, and again, later and later, after it failed.

What was asked is known from the runs themselves (tag `STATE`), not from a cursor: so a sensor whose
cursor is lost asks for nothing twice, and a run that a person deletes may be asked for again.
"""

import time
from collections.abc import Mapping

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from cncf_llm.defs.automation import tags

FIRST_WAIT = 900.0  # seconds after a run that did not help, doubled with each further one
LONGEST_WAIT = 86_400.0

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

    `state` is a digest of what the run would answer to. Runs of the job for the same state count:
    one that is under way is waited for, and after one that ended the wait is `back_off`.
    """
    found: Mapping[str, str] = {tags.STATE: state} | ({tags.PROJECT: project} if project else {})
    which = RunsFilter(job_name=job, tags=dict(found))
    latest = next(iter(instance.get_run_records(which, limit=1)), None)
    if latest is None:
        return 1
    if latest.dagster_run.status in UNFINISHED:
        return f"run {latest.dagster_run.run_id[:8]} is under way"
    before = instance.get_runs_count(which)
    ended = latest.end_time or latest.update_timestamp.timestamp()
    left = ended + back_off(before) - time.time()
    if left > 0:
        ending = latest.dagster_run.status.value.lower()
        return f"asked {before} times, the last run ended as {ending}: again in {left:.0f} s"
    return before + 1


def run_key(state: str, attempt: int, project: str | None = None) -> str:
    """Return the key that makes the daemon start this attempt once."""
    key = f"{project} {state}" if project else state
    return key if attempt == 1 else f"{key} attempt {attempt}"
