"""`landscape_changes` as a function, with a real instance, store and landscape file."""

import io
import json
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from cncf_llm.commands.status import show_retired
from cncf_llm.defs.automation import asking
from cncf_llm.defs.automation.landscape_changes import landscape_changes
from cncf_llm.defs.landscape import landscape, project_row
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


class Platform:
    """An instance, a store and a landscape file; `tick` does what the daemon does with a result."""

    def __init__(self, folder: Path, instance, store) -> None:
        self.instance, self.store = instance, store
        self.file = folder / "landscape.yml"
        self.settings = Settings(landscape=str(self.file))
        self.cursor = None

    def tick(self, *names) -> dg.SensorResult:
        if names:
            write_landscape(self.file, *names)
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"settings": self.settings, "store": self.store},
        )
        result = landscape_changes(context)
        for request in result.dynamic_partitions_requests:
            if isinstance(request, dg.AddDynamicPartitionsRequest):
                self.instance.add_dynamic_partitions(PROJECTS.name, list(request.partition_keys))
            else:
                for key in request.partition_keys:
                    self.instance.delete_dynamic_partition(PROJECTS.name, key)
        self.cursor = result.cursor
        return result

    def run(self, tags=None) -> bool:
        job = dg.define_asset_job("refresh_landscape", selection=[landscape])
        definitions = dg.Definitions(
            [landscape], jobs=[job], resources={"settings": self.settings, "store": self.store}
        )
        job = definitions.resolve_job_def("refresh_landscape")
        done = job.execute_in_process(instance=self.instance, tags=tags, raise_on_error=False)
        return done.success

    def refresh(self, *names) -> dg.SensorResult:
        """Tick, and run what it asks for."""
        result = self.tick(*names)
        for request in result.run_requests:
            assert self.run(request.tags)
        return result

    @property
    def partitions(self) -> set[str]:
        return set(self.instance.get_dynamic_partitions(PROJECTS.name))

    @property
    def retired(self) -> list[tuple]:
        return self.store.require("landscape").table("retired").rows()


@pytest.fixture
def platform(tmp_path, store):
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(tmp_path, instance, store)


def test_the_first_tick_adds_all_projects_and_asks_for_the_landscape_alone(platform):
    result = platform.tick("etcd", "helm")
    (request,) = result.run_requests
    assert request.job_name is None or request.job_name == "refresh_landscape"
    assert request.partition_key is None
    assert request.tags["cncf_llm/trigger"] == "landscape"
    assert request.tags["cncf_llm/reason"] == (
        "the landscape was never read: 2 entered (etcd, helm)"
    )
    assert platform.partitions == {"etcd", "helm"}


def test_an_unchanged_landscape_asks_for_nothing(platform):
    platform.refresh("etcd")
    result = platform.tick("etcd")
    assert not result.run_requests
    assert not result.dynamic_partitions_requests
    assert result.skip_reason.skip_message == ("the landscape is unchanged; nobody entered or left")


def test_a_project_that_left_is_retired_and_marked_and_comes_back(platform):
    platform.refresh("etcd", "helm", "nats")
    before = platform.store.require("landscape").facts["source_hash"]
    result = platform.refresh("etcd", "helm")
    assert "1 left the landscape (nats)" in result.run_requests[0].tags["cncf_llm/reason"]
    assert platform.partitions == {"etcd", "helm"}
    assert platform.retired == [("nats", "nats", before)]
    said = io.StringIO()
    show_retired(platform.store, Console(file=said))
    assert "nats" in said.getvalue()
    platform.refresh("etcd", "helm", "dapr")  # it stays marked while others come and go
    assert platform.retired == [("nats", "nats", before)]
    platform.refresh("etcd", "helm", "nats")
    assert [key for key, *_ in platform.retired] == ["dapr"]
    assert platform.partitions == {"etcd", "helm", "nats"}


def test_a_run_for_a_project_retired_meanwhile_says_so(platform):
    platform.refresh("etcd", "helm")
    platform.refresh("etcd")
    with pytest.raises(dg.Failure, match="no project 'helm' any more; its data is kept"):
        project_row(platform.store.require("landscape"), "helm")


def test_a_landscape_that_lost_half_retires_nobody_and_says_so_once(platform, capfd):
    platform.refresh("a", "b", "c", "d", "e")
    known = platform.partitions
    for warnings in (1, 0):
        result = platform.tick("a", "b")
        assert "nobody is retired" in result.skip_reason.skip_message
        assert "has 2 CNCF projects and had 5" in result.skip_reason.skip_message
        assert not result.run_requests
        assert platform.partitions == known
        assert capfd.readouterr().err.count("nobody is retired") == warnings
    assert not platform.tick("a", "b", "c", "d", "e").run_requests


def test_a_landscape_that_cannot_be_read_is_a_failed_tick_that_loses_nothing(platform):
    platform.refresh("etcd")
    cursor = platform.cursor
    for content in ("landscape: [", "a: b", None):
        platform.file.unlink()
        if content:
            platform.file.write_text(content)
        with pytest.raises(LandscapeError, match=r"landscape\.yml"):
            platform.tick()
        assert platform.partitions == {"etcd"}
        assert platform.cursor == cursor
        write_landscape(platform.file, "etcd")
    assert not platform.tick("etcd").run_requests


def test_a_refresh_that_failed_is_asked_for_again_later_and_never_twice(platform, monkeypatch):
    first = platform.tick("etcd").run_requests[0]
    assert platform.tick().run_requests[0].run_key == first.run_key  # the daemon runs a key once
    content = platform.file.read_text()
    platform.file.write_text("landscape: [")
    assert not platform.run(first.tags)
    platform.file.write_text(content)
    waiting = platform.tick()
    assert not waiting.run_requests
    assert "ended as failure: again in" in waiting.skip_reason.skip_message
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.0)
    (again,) = platform.tick().run_requests
    assert again.run_key == f"{first.run_key} attempt 2"
    assert platform.run(again.tags)
    assert not platform.tick().run_requests


def test_a_malformed_cursor_starts_over_and_asks_for_nothing_twice(platform, capfd):
    platform.refresh("etcd")
    for cursor in ("{", "[1]", '{"version": 0}', "0a1b2c hash of a file"):
        platform.cursor = cursor
        assert not platform.tick().run_requests
        assert "starting over" in capfd.readouterr().err
        assert json.loads(platform.cursor)["version"] == 1


def test_only_chosen_projects_become_partitions(platform, capfd):
    platform.refresh("etcd", "helm", "nats")
    platform.settings = Settings(landscape=str(platform.file), projects="etcd, dapr")
    result = platform.tick()
    assert platform.partitions == {"etcd"}
    assert "2 put aside by CNCF_LLM_PROJECTS (helm, nats)" in result.skip_reason.skip_message
    assert "no project dapr" in capfd.readouterr().err
    assert platform.run()
    assert platform.retired == []  # they are still in the landscape
    platform.settings = Settings(landscape=str(platform.file), projects="ectd")
    with pytest.raises(LandscapeError, match="ectd"):
        platform.tick()
    assert platform.partitions == {"etcd"}


def test_the_asset_alone_does_the_same(platform):
    write_landscape(platform.file, "etcd", "helm", "nats")
    assert platform.run()
    write_landscape(platform.file, "etcd", "helm")
    assert platform.run()
    assert platform.partitions == {"etcd", "helm"}
    assert [key for key, *_ in platform.retired] == ["nats"]
