"""Asset checks whose latest result is a failure."""

from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Set

import dagster as dg
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecordStatus as Result,
)
from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge
from cncf_llm.metrics.tail import Tail


class Checks:
    """Reads the latest results. A check that is under way keeps its last one, so no alert flaps."""

    def __init__(self, checks: Mapping[dg.AssetCheckKey, bool]) -> None:
        """`checks` says which of them block what is downstream."""
        self._checks = checks
        self._failed: dict[tuple[dg.AssetCheckKey, str | None], bool] = {}
        self._tail = Tail(dg.DagsterEventType.ASSET_CHECK_EVALUATION)

    def read(self, instance: dg.DagsterInstance, projects: Set[str]) -> Iterator[Metric]:
        """Yield the metrics of checks. What failed for a project that left does not count."""
        self._update(instance)
        counts = Counts(
            check
            for (check, partition), failed in self._failed.items()
            if failed and (partition is None or partition in projects)
        )
        yield gauge(
            "asset_checks_failed",
            "Partitions (1 for an asset without) for which the latest result of a check is bad.",
            ["asset", "check", "blocking"],
            {
                (check.asset_key.to_user_string(), check.name, str(blocking).lower()): counts[check]
                for check, blocking in self._checks.items()
            },
        )

    def _update(self, instance: dg.DagsterInstance) -> None:
        if self._tail.starts_anew(instance):
            for info in instance.event_log_storage.get_asset_check_partition_info(
                list(self._checks)
            ):
                if info.latest_execution_status != Result.PLANNED:
                    failed = info.latest_execution_status == Result.FAILED
                    self._failed[info.check_key, info.partition_key] = failed
        for entry in self._tail.read(instance):
            if entry.dagster_event:
                result = entry.dagster_event.asset_check_evaluation_data
                self._failed[result.asset_check_key, result.partition] = not result.passed
