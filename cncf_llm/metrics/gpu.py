"""GPU time of the last seven days, counted as the sensor counts it that keeps a limit on it."""

import time
from collections.abc import Iterator

import dagster as dg
from prometheus_client.core import Metric

from cncf_llm.defs.automation.gpu_time import spent_since
from cncf_llm.metrics.families import gauge

_WEEK = 7 * 24 * 3600.0
_HOUR = 3600.0
_AGAIN_SECONDS = 300.0  # it reads a week of materializations, and changes slowly


class GpuTime:
    """Reads what trainings and scorings have cost."""

    def __init__(self, hours_per_week: float) -> None:
        """`hours_per_week` is the limit, of which a metric tells too."""
        self._limit = hours_per_week * _HOUR
        self._spent = 0.0
        self._due_at = 0.0

    def read(self, instance: dg.DagsterInstance) -> Iterator[Metric]:
        """Yield the metrics of GPU time."""
        if time.monotonic() >= self._due_at:
            since = time.time() - _WEEK
            self._spent = sum(step.hours for step in spent_since(instance, since, ())) * _HOUR
            self._due_at = time.monotonic() + _AGAIN_SECONDS
        yield gauge(
            "gpu_week_seconds",
            "GPU seconds of the steps that ended in the last 7 days.",
            [],
            {(): self._spent},
        )
        yield gauge(
            "gpu_week_limit_seconds",
            "GPU seconds of any 7 days beyond which nothing is retrained by itself.",
            [],
            {(): self._limit},
        )
