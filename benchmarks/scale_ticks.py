"""Evaluate the sensors once, as the daemon would, and print what each took: for `scale.py`."""

import json
import sys
import time

import dagster as dg
from dagster._core.definitions.partitions.context import partition_loading_context

from cncf_llm.commands.home import open_instance
from cncf_llm.definitions import defs
from cncf_llm.defs.automation.landscape_changes import landscape_changes
from cncf_llm.defs.automation.source_changes import source_changes
from cncf_llm.defs.resources import resources
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings


def tick(instance: dg.DagsterInstance, sensor: dg.SensorDefinition, cursor: str | None):
    """Return what a sensor asks for, its new cursor, and its seconds."""
    names = sensor.required_resource_keys
    given = {name: value for name, value in resources(Settings()).items() if name in names}
    with (
        dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            resources=given,
            sensor_name=sensor.name,
            definitions=defs,
        ) as context,
        partition_loading_context(dynamic_partitions_store=instance),
    ):
        started = time.perf_counter()
        data = sensor.evaluate_tick(context)
    for request in data.dynamic_partitions_requests or []:
        if isinstance(request, dg.AddDynamicPartitionsRequest):
            instance.add_dynamic_partitions(PROJECTS.name or "", list(request.partition_keys))
    return data, time.perf_counter() - started


def main() -> None:
    figures: dict[str, float] = {}
    with open_instance(Settings()) as instance:
        _, figures["landscape tick, s"] = tick(instance, landscape_changes, None)
        data, figures["source tick, s"] = tick(instance, source_changes, None)
        figures["runs requested"] = len(data.run_requests or [])
        figures["cursor, bytes"] = len(data.cursor or "")
        _, figures["source tick again, s"] = tick(instance, source_changes, data.cursor)
        started = time.perf_counter()
        decided = dg.evaluate_automation_conditions(defs=defs, instance=instance)
        figures["conditions, s"] = time.perf_counter() - started
        figures["partitions asked for"] = decided.total_requested
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    sys.exit(main())
