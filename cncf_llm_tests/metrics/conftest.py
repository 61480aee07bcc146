"""A small platform with known content, and a scrape of it over HTTP."""

import urllib.request
from collections.abc import Callable, Iterator

import dagster as dg
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import start_http_server
from prometheus_client.parser import text_string_to_metric_families

from cncf_llm.metrics import Database, Exporter
from cncf_llm.metrics.exporter import Read
from cncf_llm.partitions import PROJECTS

Scrape = Callable[[], dict[tuple[str, frozenset], float]]


@dg.asset(check_specs=[dg.AssetCheckSpec("has_projects", asset="landscape", blocking=True)])
def landscape():
    yield dg.MaterializeResult(
        metadata={"dagster/row_count": 2, "dropped by reason": {"no-name": 1}},
        check_results=[dg.AssetCheckResult(passed=True, check_name="has_projects")],
    )


@dg.asset(
    partitions_def=PROJECTS,
    check_specs=[dg.AssetCheckSpec("long_enough", asset="unified_corpus", partitions_def=PROJECTS)],
)
def unified_corpus(context: dg.AssetExecutionContext):
    if context.run.tags.get("fail"):
        raise dg.Failure("as asked", allow_retries=False)
    good = context.partition_key != "etcd" or "good" in context.run.tags
    yield dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": 10,
            "dropped by reason": {"too-short": 3, "not-english": 1},
        },
        check_results=[dg.AssetCheckResult(passed=good, check_name="long_enough")],
    )


DEFS = dg.Definitions(
    [landscape, unified_corpus],
    jobs=[
        dg.define_asset_job("refresh_landscape", [landscape]),
        dg.define_asset_job("refresh_project", [unified_corpus], partitions_def=PROJECTS),
    ],
)


@pytest.fixture
def instance(request, tmp_path) -> Iterator[dg.DagsterInstance]:
    """Return an instance with a single log, as with PostgreSQL, or with the log that is named."""
    log = {
        "module": "dagster._core.storage.event_log",
        "class": getattr(request, "param", "ConsolidatedSqliteEventLogStorage"),
        "config": {"base_dir": str(tmp_path / "events")},
    }
    with dg.instance_for_test(overrides={"event_log_storage": log}) as instance:
        yield instance


@pytest.fixture
def database(instance) -> Database:
    return Database(lambda: instance, DEFS, gpu_hours_per_week=40)


@pytest.fixture
def serve() -> Iterator[Callable[..., Scrape]]:
    """Return a function that serves sources, and returns one that scrapes them."""
    servers = []

    def serve(sources: dict[str, Read], *, cache: float = 0, timeout: float = 20) -> Scrape:
        registry = CollectorRegistry()
        registry.register(Exporter(sources, cache=cache, timeout=timeout))
        server, _ = start_http_server(0, "127.0.0.1", registry)
        servers.append(server)

        def scrape() -> dict[tuple[str, frozenset], float]:
            address = f"http://127.0.0.1:{server.server_port}/metrics"
            text = urllib.request.urlopen(address, timeout=30).read().decode()
            return {
                (sample.name, frozenset(sample.labels.items())): sample.value
                for family in text_string_to_metric_families(text)
                for sample in family.samples
            }

        return scrape

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
