"""All metrics that are read from the Dagster instance."""

from collections.abc import Callable
from itertools import chain

import dagster as dg
from prometheus_client.core import Metric

from cncf_llm.metrics.assets import Assets
from cncf_llm.metrics.automation import read_automation
from cncf_llm.metrics.checks import Checks
from cncf_llm.metrics.gpu import GpuTime
from cncf_llm.metrics.runs import Runs
from cncf_llm.metrics.steps import read_steps
from cncf_llm.partitions import PROJECTS

_QUERY_MILLISECONDS = 5000


class Database:
    """Reads the instance that `connect` opens. It is opened at the first reading that succeeds."""

    def __init__(
        self,
        connect: Callable[[], dg.DagsterInstance],
        defs: dg.Definitions,
        *,
        gpu_hours_per_week: float,
    ) -> None:
        graph = defs.resolve_asset_graph()
        keys = sorted(graph.materializable_asset_keys)
        self._connect = connect
        self._instance: dg.DagsterInstance | None = None
        self._runs = Runs([job.name for job in defs.resolve_all_job_defs()])
        self._gpu_time = GpuTime(gpu_hours_per_week)
        self._assets = Assets({key: graph.get(key).is_partitioned for key in keys})
        self._checks = Checks({key: graph.get(key).blocking for key in graph.asset_check_keys})
        # A step has the name of its asset.
        self._pools = {
            key.to_user_string(): pool for key in keys for pool in graph.get(key).pools or ()
        }

    def read(self) -> list[Metric]:
        """Return the metrics. Raises what the storage raises when it cannot be reached."""
        if self._instance is None:
            instance = self._connect()
            # One connection is kept, and no query may take longer than this, as in the web server.
            instance.optimize_for_webserver(
                statement_timeout=_QUERY_MILLISECONDS, pool_recycle=3600, max_overflow=5
            )
            self._instance = instance
        try:
            return self._read(self._instance)
        except Exception:
            # Its connections may be those of a server that is gone: the next reading has new ones.
            self._instance.dispose()
            self._instance = None
            raise

    def _read(self, instance: dg.DagsterInstance) -> list[Metric]:
        projects = frozenset(instance.get_dynamic_partitions(PROJECTS.name or ""))
        return list(
            chain(
                read_automation(instance),
                self._runs.read(instance),
                self._gpu_time.read(instance),
                read_steps(instance, self._pools),
                self._checks.read(instance, projects),
                self._assets.read(instance, projects),
            )
        )
