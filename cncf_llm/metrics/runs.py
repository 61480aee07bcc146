"""Runs: how many are under way and waiting, how many ended and how, and how long they took."""

from collections import Counter as Counts
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg
import prometheus_client
from dagster import DagsterRunStatus as Status
from prometheus_client.core import Metric

from cncf_llm.defs.automation.tags import TRIGGER
from cncf_llm.metrics.families import gauge

_ENDED = (Status.SUCCESS, Status.FAILURE, Status.CANCELED)
_WAITING = (Status.NOT_STARTED, Status.QUEUED, Status.STARTING)
_WORKING = (Status.STARTED, Status.CANCELING)
# A run may have been started by hand, or by a version of the code that knew other names.
_TRIGGERS = ("data_set", "data_version", "landscape", "person", "schedule", "sources", "")
_BUCKETS = (10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
# A run's end has the time of the machine that it ran on, and is read a little later.
_OVERLAP = timedelta(minutes=10)


class Runs:
    """Reads runs. An end is counted once, from the first reading on.

    So counters start at zero with the process, as Prometheus expects, and a reading costs no more
    when there are many old runs.
    """

    def __init__(self, jobs: Sequence[str]) -> None:
        self._jobs = frozenset(jobs)
        self._ended = prometheus_client.Counter(
            "cncf_llm_runs_ended",
            "Runs that ended since the exporter started.",
            ("job", "status", "trigger"),
            registry=None,
        )
        self._seconds = prometheus_client.Histogram(
            "cncf_llm_run_duration_seconds",
            "Seconds from a run's start to its end, without its time in the queue.",
            ("job",),
            buckets=_BUCKETS,
            registry=None,
        )
        for job in jobs:  # zeros, so that a job's first failure is seen as an increase
            self._seconds.labels(job)
            for status in _ENDED:
                for trigger in _TRIGGERS:
                    self._ended.labels(job, status.value, trigger)
        self._since: datetime | None = None
        self._seen: dict[str, datetime] = {}

    def read(self, instance: dg.DagsterInstance) -> Iterator[Metric]:
        """Yield the metrics of runs."""
        self._count_ends(instance)
        yield from self._ended.collect()
        yield from self._seconds.collect()
        counts = {
            (status.value,): float(instance.get_runs_count(dg.RunsFilter(statuses=[status])))
            for status in (*_WAITING, *_WORKING, *_ENDED)
        }
        yield gauge("runs", "Runs that the instance knows, by status.", ["status"], counts)
        under_way = instance.get_run_records(dg.RunsFilter(statuses=[*_WAITING, *_WORKING]))
        yield gauge(
            "runs_under_way",
            "Runs that have not ended.",
            ["job", "trigger", "status"],
            Counts((*self._labels(r.dagster_run), r.dagster_run.status.value) for r in under_way),
        )
        queued = [
            record.create_timestamp.timestamp()
            for record in under_way
            if record.dagster_run.status == Status.QUEUED
        ]
        yield gauge(
            "runs_oldest_queued_timestamp_seconds",
            "When the run was made that has waited longest in the queue; absent when none waits.",
            [],
            {(): min(queued)} if queued else {},
        )

    def _count_ends(self, instance: dg.DagsterInstance) -> None:
        now = datetime.now(UTC)
        since = (self._since or now) - _OVERLAP
        records = instance.get_run_records(dg.RunsFilter(statuses=_ENDED, updated_after=since))
        for record in records:
            run = record.dagster_run
            if run.run_id not in self._seen and self._since is not None:
                job, trigger = self._labels(run)
                self._ended.labels(job, run.status.value, trigger).inc()
                if record.start_time and record.end_time:
                    self._seconds.labels(job).observe(record.end_time - record.start_time)
            self._seen[run.run_id] = record.update_timestamp
        self._seen = {run: at for run, at in self._seen.items() if at > since - _OVERLAP}
        self._since = now

    def _labels(self, run: dg.DagsterRun) -> tuple[str, str]:
        trigger = run.tags.get(TRIGGER, "")
        return (
            run.job_name if run.job_name in self._jobs else "other",
            trigger if trigger in _TRIGGERS else "other",
        )
