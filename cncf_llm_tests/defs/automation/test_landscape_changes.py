"""`landscape_changes` as a function, with a real instance."""

import dagster as dg
import pytest

from cncf_llm.defs.automation.landscape_changes import landscape_changes
from cncf_llm.landscape import LandscapeError
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings

ITEM = """
          - item:
            name: {name}
            homepage_url: https://example.org
            project: sandbox
            repo_url: https://github.com/example/{name}
            crunchbase: https://www.crunchbase.com/organization/example
"""


def write_landscape(path, *names):
    path.write_text(
        "landscape:\n  - category:\n    name: Runtime\n    subcategories:\n"
        "      - subcategory:\n        name: Things\n        items:"
        + "".join(ITEM.format(name=name) for name in names)
    )


@pytest.fixture
def tick(tmp_path, instance):
    """Evaluate `landscape_changes`, applying what it asks for; returns the names requested."""
    file = tmp_path / "landscape.yml"
    settings = Settings(landscape=str(file))
    state = {"cursor": None}

    def tick(*names):
        write_landscape(file, *names)
        context = dg.build_sensor_context(
            instance=instance, cursor=state["cursor"], resources={"settings": settings}
        )
        result = landscape_changes(context)
        if isinstance(result, dg.SkipReason):
            return []
        for request in result.dynamic_partitions_requests or []:
            instance.add_dynamic_partitions(PROJECTS.name, request.partition_keys)
        state["cursor"] = result.cursor
        return [request.partition_key or request.job_name for request in result.run_requests]

    return tick


def test_the_first_tick_adds_all_projects_and_refreshes_them(tick, instance):
    assert tick("etcd", "helm") == ["refresh_landscape", "etcd", "helm"]
    assert set(instance.get_dynamic_partitions(PROJECTS.name)) == {"etcd", "helm"}


def test_an_unchanged_landscape_asks_for_nothing(tick):
    tick("etcd")
    assert tick("etcd") == []


def test_a_new_project_alone_is_refreshed(tick):
    tick("etcd")
    assert tick("etcd", "helm") == ["refresh_landscape", "helm"]


def test_a_project_that_left_keeps_its_partition(tick, instance):
    tick("etcd", "helm")
    assert tick("etcd") == ["refresh_landscape"]
    assert set(instance.get_dynamic_partitions(PROJECTS.name)) == {"etcd", "helm"}


def test_a_missing_landscape_is_an_error_that_names_it(tmp_path, instance):
    settings = Settings(landscape=str(tmp_path / "gone.yml"))
    context = dg.build_sensor_context(instance=instance, resources={"settings": settings})
    with pytest.raises(LandscapeError, match=r"gone\.yml"):
        landscape_changes(context)
