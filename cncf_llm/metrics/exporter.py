"""The exporter: reads the platform's state when Prometheus asks, not more often than it must."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTimeError

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from cncf_llm import __version__
from cncf_llm.metrics.families import gauge

Read = Callable[[], list[Metric]]

_log = logging.getLogger(__name__)


class Exporter(Collector):
    """Collects the metrics of some sources, each read in a thread of its own.

    A source that raises, or is not done after `timeout` seconds, is down: its metrics are absent
    and `cncf_llm_source_up` is 0, while those of the others are there. What was read is answered
    again for `cache` seconds.
    """

    def __init__(self, sources: dict[str, Read], *, cache: float, timeout: float) -> None:
        self._sources = {name: _Source(name, read, timeout) for name, read in sources.items()}
        self._cache = cache
        self._lock = threading.Lock()
        self._metrics: list[Metric] = []
        self._read_at: float | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics, from memory when they are fresh."""
        with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at >= self._cache:
                self._metrics = list(self._read())
                self._read_at = time.monotonic()
            metrics = self._metrics
        yield from metrics

    def describe(self) -> list[Metric]:
        """Return nothing: the registry then does not read when the exporter is registered."""
        return []

    def _read(self) -> Iterator[Metric]:
        for source in self._sources.values():
            source.start()
        found = {name: source.wait() for name, source in self._sources.items()}
        yield gauge(
            "source_up",
            "1 when the exporter could read the database of Dagster, or the store of the data.",
            ["source"],
            {(name,): metrics is not None for name, metrics in found.items()},
        )
        yield gauge(
            "source_read_seconds",
            "How long the last reading took that was done.",
            ["source"],
            {(name,): source.seconds for name, source in self._sources.items()},
        )
        yield gauge("build_info", "The version of the platform.", ["version"], {(__version__,): 1})
        for metrics in found.values():
            yield from metrics or ()


class _Source:
    """One thing to read. While a reading hangs none is started; one that is late is still used."""

    def __init__(self, name: str, read: Read, timeout: float) -> None:
        self._name = name
        self._reader = read
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"read-{name}")
        self._reading: Future[list[Metric]] | None = None
        self._deadline = 0.0
        self._late = False
        self.seconds = 0.0

    def start(self) -> None:
        if self._reading is None or (self._reading.done() and not self._late):
            self._reading = self._pool.submit(self._timed)
            self._deadline = time.monotonic() + self._timeout

    def wait(self) -> list[Metric] | None:
        """Return what was read, or None when it failed or takes too long."""
        if self._reading is None:
            return None
        try:
            error = self._reading.exception(timeout=max(0.0, self._deadline - time.monotonic()))
        except NotInTimeError:
            self._late = True
            _log.warning("reading the %s takes more than %s s", self._name, self._timeout)
            return None
        self._late = False
        if error is not None:
            _log.error("reading the %s failed", self._name, exc_info=error)
            return None
        return self._reading.result()

    def _timed(self) -> list[Metric]:
        started = time.monotonic()
        metrics = self._reader()
        self.seconds = time.monotonic() - started
        return metrics
