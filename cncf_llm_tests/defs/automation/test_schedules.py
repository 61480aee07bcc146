"""Schedules as functions, with a real instance."""

from datetime import datetime

import dagster as dg

from cncf_llm.defs.automation.schedules import daily_refresh
from cncf_llm.partitions import PROJECTS


def test_the_night_refreshes_every_project(instance):
    instance.add_dynamic_partitions(PROJECTS.name, ["helm", "etcd"])
    context = dg.build_schedule_context(
        instance=instance, scheduled_execution_time=datetime(2026, 1, 2, 3)
    )
    requests = list(daily_refresh(context))
    assert [(r.partition_key, r.run_key) for r in requests] == [
        ("etcd", "2026-01-02 etcd"),
        ("helm", "2026-01-02 helm"),
    ]
