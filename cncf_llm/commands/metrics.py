"""`cncf-llm metrics`: serve the platform's metrics to Prometheus."""

import threading

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import start_http_server
from rich.console import Console

from cncf_llm.commands.home import open_instance
from cncf_llm.definitions import make_definitions
from cncf_llm.defs.resources import open_store
from cncf_llm.metrics import Database, Exporter, read_store
from cncf_llm.settings import Settings


def serve_metrics(
    settings: Settings, console: Console, host: str, port: int, cache: float, timeout: float
) -> None:
    """Serve `/metrics` until the process is ended. Raises `OSError` when the port is taken.

    Database and store may be away when it starts: it says so in its metrics.
    """
    database = Database(
        lambda: open_instance(settings),
        make_definitions(settings),
        gpu_hours_per_week=settings.retrain_gpu_hours_per_week,
    )
    store = open_store(settings)
    exporter = Exporter(
        {"database": database.read, "store": lambda: read_store(store)},
        cache=cache,
        timeout=timeout,
    )
    registry = CollectorRegistry()
    registry.register(exporter)
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    server, _ = start_http_server(port, host, registry)
    console.print(f"Metrics at http://{host}:{server.server_port}/metrics", highlight=False)
    threading.Event().wait()
