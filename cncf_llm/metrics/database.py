"""All metrics that are read from the Dagster instance."""

from collections.abc import Callable
from itertools import chain

import dagster as dg
from prometheus_client.core import Metric

from cncf_llm.metrics.assets import Assets
from cncf_llm.metrics.automation import read_automation
from cncf_llm.metrics.checks import Checks
from cncf_llm.metrics.runs import Runs
from cncf_llm.metrics.steps import read_steps
from cncf_llm.partitions import PROJECTS


class Database:
    """Reads the instance that `connect` opens. It is opened at the first reading that succeeds."""

    def __init__(self, connect: Callable[[], dg.DagsterInstance], defs: dg.Definitions) -> None:
        graph = defs.resolve_asset_graph()
        keys = sorted(graph.materializable_asset_keys)
        self._connect = connect
        self._instance: dg.DagsterInstance | None = None
        self._runs = Runs([job.name for job in defs.resolve_all_job_defs()])
        self._assets = Assets({key: graph.get(key).is_partitioned for key in keys})
        self._checks = Checks({key: graph.get(key).blocking for key in graph.asset_check_keys})
        # A step has the name of its asset.
        self._pools = {
            key.to_user_string(): pool for key in keys for pool in graph.get(key).pools or ()
        }

    def read(self) -> list[Metric]:
        """Return the metrics. Raises what the storage raises when it cannot be reached."""
        if self._instance is None:
            self._instance = self._connect()
        instance = self._instance
        projects = frozenset(instance.get_dynamic_partitions(PROJECTS.name or ""))
        return list(
            chain(
                read_automation(instance),
                self._runs.read(instance),
                read_steps(instance, self._pools),
                self._checks.read(instance, projects),
                self._assets.read(instance, projects),
            )
        )
