"""Assets: when each was last materialized, for how many projects, its rows and its drops."""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import dagster as dg
from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge
from cncf_llm.metrics.tail import Tail

# One series per project, of which there are hundreds, only where someone looks for a project.
_BY_PROJECT = ("repository_documents", "unified_corpus", "qa_pairs", "adapter")
_PAGE = 500


@dataclass(frozen=True)
class Made:
    """The last materialization of an asset's partition: when, and what its metadata says."""

    at: float
    rows: float | None
    drops: Mapping[str, float]


class Assets:
    """Reads the last materialization of each partition, and each only once."""

    def __init__(self, partitioned: Mapping[dg.AssetKey, bool]) -> None:
        """`partitioned` names the assets, and says which of them have a partition per project."""
        self._partitioned = partitioned
        self._made: dict[dg.AssetKey, dict[str | None, Made]] = {key: {} for key in partitioned}
        self._tail = Tail(dg.DagsterEventType.ASSET_MATERIALIZATION)

    def read(self, instance: dg.DagsterInstance, projects: Set[str]) -> Iterator[Metric]:
        """Yield the metrics of assets. Projects that left the landscape do not count."""
        self._update(instance)
        made = {
            key.to_user_string(): {p: m for p, m in found.items() if p is None or p in projects}
            for key, found in self._made.items()
        }
        yield gauge(
            "asset_last_materialization_timestamp_seconds",
            "When the asset was last materialized; with partitions, the newest of them.",
            ["asset"],
            {(a,): max(m.at for m in found.values()) for a, found in made.items() if found},
        )
        yield gauge(
            "asset_rows",
            "Rows of the asset's main table, all projects together.",
            ["asset"],
            {(asset,): sum(m.rows or 0 for m in found.values()) for asset, found in made.items()},
        )
        drops: Counts[tuple[str, str]] = Counts()
        for asset, found in made.items():
            for each in found.values():
                drops.update({(asset, reason): n for reason, n in each.drops.items()})
        yield gauge(
            "asset_dropped_rows",
            "Documents, passages or pairs that the asset left out, by reason.",
            ["asset", "reason"],
            drops,
        )
        yield from self._by_partition(made, projects)

    def _by_partition(
        self, made: Mapping[str, Mapping[str | None, Made]], projects: Set[str]
    ) -> Iterator[Metric]:
        names = [key.to_user_string() for key, parts in self._partitioned.items() if parts]
        yield gauge(
            "asset_partitions_materialized",
            "Projects of the landscape that the asset was materialized for.",
            ["asset"],
            {(asset,): len(made[asset]) for asset in names},
        )
        yield gauge(
            "asset_oldest_materialization_timestamp_seconds",
            "The last materialization of the project for which it is longest ago.",
            ["asset"],
            {(a,): min(m.at for m in made[a].values()) for a in names if made[a]},
        )
        yield gauge(
            "project_last_materialization_timestamp_seconds",
            f"The last materialization for a project, of {', '.join(_BY_PROJECT)}.",
            ["asset", "project"],
            {
                (asset, project or ""): found.at
                for asset in _BY_PROJECT
                for project, found in made.get(asset, {}).items()
            },
        )
        yield gauge("projects", "Projects of the landscape.", [], {(): len(projects)})

    def _update(self, instance: dg.DagsterInstance) -> None:
        if self._tail.starts_anew(instance):
            self._read_all(instance)
        for entry in self._tail.read(instance):
            made = entry.asset_materialization
            if made and made.asset_key in self._made:
                self._made[made.asset_key][made.partition] = _made(entry.timestamp, made)

    def _read_all(self, instance: dg.DagsterInstance) -> None:
        whole = [key for key, parts in self._partitioned.items() if not parts]
        for record in instance.get_asset_records(whole):
            entry = record.asset_entry.last_materialization
            if entry and entry.asset_materialization:
                made = _made(entry.timestamp, entry.asset_materialization)
                self._made[record.asset_entry.asset_key][None] = made
        for key in (key for key, parts in self._partitioned.items() if parts):
            latest = instance.event_log_storage.get_latest_storage_id_by_partition(
                key, dg.DagsterEventType.ASSET_MATERIALIZATION
            )
            for record in _records(instance, key, sorted(latest.values())):
                if record.asset_materialization and record.partition_key:
                    made = _made(record.timestamp, record.asset_materialization)
                    self._made[key][record.partition_key] = made


def _records(
    instance: dg.DagsterInstance, key: dg.AssetKey, ids: Sequence[int]
) -> Iterable[dg.EventLogRecord]:
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        found = dg.AssetRecordsFilter(asset_key=key, storage_ids=page)
        yield from instance.fetch_materializations(found, limit=_PAGE).records


def _made(at: float, event: dg.AssetMaterialization) -> Made:
    rows = [
        event.metadata[name].value
        for name in ("dagster/partition_row_count", "dagster/row_count")
        if name in event.metadata
    ]
    drops = event.metadata.get("dropped by reason")
    value = drops.value if isinstance(drops, dg.JsonMetadataValue) else {}
    counts = value if isinstance(value, Mapping) else {}
    return Made(
        at,
        float(rows[0]) if rows and isinstance(rows[0], int | float) else None,
        {str(reason): float(n) for reason, n in counts.items() if isinstance(n, int | float)},
    )
