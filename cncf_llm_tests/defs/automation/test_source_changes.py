"""`source_changes` as a function, with a real instance, store and git repositories."""

import json
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.test_utils import create_run_for_test

from cncf_llm import ingest
from cncf_llm.defs.automation import asking, source_changes, source_checks
from cncf_llm.ingest import MirrorError, UnreadableSourceError, read_repositories
from cncf_llm.landscape import PROJECTS as TABLE
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm_tests.ingest.conftest import Repository

REPOSITORIES = "repository_documents"
ASSETS = {REPOSITORIES, "website_documents", "stackoverflow_threads"}


class Platform:
    """Projects with a repository each in a mirror, and what the daemon would do with a tick."""

    def __init__(self, folder: Path, instance, store) -> None:
        self.folder, self.instance, self.store = folder, instance, store
        self.mirror = folder / "mirror"
        self.mirror.mkdir()
        self.settings = Settings(home=folder, landscape="unused", mirror=self.mirror, offline=False)
        self.cursor: str | None = None
        self.repositories: dict[str, Repository] = {}

    def add(self, *names: str) -> None:
        for name in names:
            self.repositories[name] = Repository(self.folder / "work" / name)
            self.commit(name)
        self.enlist(*self.repositories)

    def enlist(self, *names: str) -> None:
        """Make the landscape and the partitions of these projects."""
        rows = []
        for name in names:
            lists = {key: [] for key, kind in TABLE.schema.items() if kind == pl.List(pl.String)}
            row = dict.fromkeys(TABLE.schema) | lists | {"project": name}
            rows.append(row | {"repositories": [f"https://github.com/acme/{name}"]})
        with self.store.draft("landscape", None, "r") as draft:
            draft.write("projects", TABLE.frame(rows))
        known = set(self.instance.get_dynamic_partitions(PROJECTS.name))
        self.instance.add_dynamic_partitions(PROJECTS.name, sorted(set(names) - known))
        for name in known - set(names):
            self.instance.delete_dynamic_partition(PROJECTS.name, name)

    def commit(self, name: str) -> str:
        repository = self.repositories[name]
        text = f"{len(list(repository.folder.iterdir()))} {name}"
        commit = repository.commit({"LICENSE": "MIT", f"{text}.md": text})
        repository.bundle(self.mirror / f"acme__{name}.bundle")
        return commit

    def read(self, *names: str) -> None:
        """Read the sources as the assets do."""
        for name in names:
            urls = [f"https://github.com/acme/{name}"]
            cache = self.folder / "git"
            reading = read_repositories(name, urls, mirror=self.mirror, cache=cache)
            for asset in ASSETS:
                with self.store.draft(asset, name, "r") as draft:
                    draft.write("documents", reading.documents)
                    draft.facts["seen"] = reading.facts["seen"] if asset == REPOSITORIES else {}

    def tick(self) -> dg.SensorResult:
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"settings": self.settings, "store": self.store},
        )
        result = source_changes.source_changes(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor or self.cursor
        return result

    def asked(self) -> list[str]:
        return [request.partition_key for request in self.tick().run_requests]

    def launch(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
        found = {**request.tags, "dagster/partition": request.partition_key}
        create_run_for_test(self.instance, job_name="refresh_sources", status=status, tags=found)


@pytest.fixture
def platform(tmp_path):
    from cncf_llm.store import Store

    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(tmp_path, instance, Store(tmp_path / "data"))


def test_without_a_landscape_there_is_nothing_to_check(platform):
    assert "no landscape yet" in platform.tick().skip_reason.skip_message


def test_the_first_tick_asks_for_projects_that_were_never_read(platform):
    platform.add("etcd", "helm")
    first, second = platform.tick().run_requests
    assert (first.partition_key, second.partition_key) == ("etcd", "helm")
    assert first.tags["cncf_llm/reason"] == "acme/etcd was never read"
    assert first.tags["cncf_llm/trigger"] == "sources"
    assert first.tags["cncf_llm/cost"] == "network"
    assert {key.to_user_string() for key in first.asset_selection} == ASSETS


def test_nothing_changed_nothing_is_asked_for(platform):
    platform.add("etcd", "helm")
    platform.read("etcd", "helm")
    result = platform.tick()
    assert not result.run_requests
    assert result.skip_reason.skip_message.startswith("checked: 2; ")


def test_only_projects_that_moved_are_asked_for_and_only_what_moved(platform):
    platform.add("etcd", "helm", "nats")
    platform.read("etcd", "helm", "nats")
    before = platform.repositories["helm"].git("rev-parse", "HEAD")
    after = platform.commit("helm")
    (request,) = platform.tick().run_requests
    assert request.partition_key == "helm"
    assert request.tags["cncf_llm/reason"] == f"acme/helm moved from {before[:7]} to {after[:7]}"
    assert [key.to_user_string() for key in request.asset_selection] == [REPOSITORIES]
    platform.commit("nats")
    assert platform.asked() == ["helm", "nats"]
    platform.read("helm", "nats")
    assert platform.asked() == []


def test_projects_come_and_go(platform):
    platform.add("etcd", "helm")
    platform.read("etcd", "helm")
    assert platform.asked() == []
    platform.commit("helm")
    platform.enlist("etcd")
    assert platform.asked() == []
    assert set(json.loads(platform.cursor)["due"]) == {"etcd"}
    platform.add("nats")
    platform.enlist("etcd", "nats")
    assert platform.asked() == ["nats"]


def test_a_source_that_fails_stops_no_other(platform, monkeypatch, capfd):
    platform.add("broken", "etcd", "helm", "nats", "odd")
    platform.read("broken", "etcd", "helm", "nats", "odd")
    for name in ("etcd", "nats", "odd"):
        platform.commit(name)
    (platform.mirror / "acme__broken.bundle").write_bytes(b"no bundle")
    (platform.mirror / "acme__helm.bundle").unlink()
    pointer = next(Path(platform.store.local).glob(f"{REPOSITORIES}/nats/current.json"))
    pointer.write_text("{")
    state = ingest.source_state

    def failing(source, *arguments, **named):
        if source.name.endswith("/odd"):
            raise RuntimeError("nobody thought of this")
        return state(source, *arguments, **named)

    monkeypatch.setattr(ingest, "source_state", failing)
    assert platform.asked() == ["etcd"]
    said = capfd.readouterr().err
    for reason in ("damaged-bundle: 1", "not-in-mirror: 1", "unexpected: 1", "unreadable-data: 1"):
        assert reason in said
    assert "nobody thought of this" in said
    monkeypatch.undo()
    assert platform.asked() == ["etcd", "odd"]


def test_the_same_change_is_never_asked_for_twice(platform, monkeypatch):
    platform.add("etcd")
    platform.read("etcd")
    platform.commit("etcd")
    (first,) = platform.tick().run_requests
    (again,) = platform.tick().run_requests
    assert again.run_key == first.run_key  # before the daemon has made the run: it makes one
    platform.launch(first, dg.DagsterRunStatus.STARTED)
    assert platform.asked() == []
    platform.commit("etcd")
    assert platform.asked() == []  # the run under way may read it; if not, the next tick sees


def test_a_run_that_failed_is_asked_for_again_later(platform, monkeypatch):
    platform.add("etcd")
    platform.read("etcd")
    platform.commit("etcd")
    (first,) = platform.tick().run_requests
    platform.launch(first, dg.DagsterRunStatus.FAILURE)
    waiting = platform.tick()
    assert not waiting.run_requests
    assert "asked for already: 1" in waiting.skip_reason.skip_message
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.0)
    platform.cursor = None  # a lost cursor changes nothing
    (again,) = platform.tick().run_requests
    assert again.run_key == f"{first.run_key} attempt 2"
    platform.launch(again, dg.DagsterRunStatus.SUCCESS)
    platform.read("etcd")
    assert platform.asked() == []


def test_a_flood_is_spread_over_ticks(platform, monkeypatch):
    monkeypatch.setattr(source_changes, "REQUESTS", 2)
    platform.add("a", "b", "c", "d", "e")
    seen = []
    for expected in (2, 2, 1, 0):
        requests = platform.tick().run_requests
        assert len(requests) == expected
        for request in requests:
            seen.append(request.partition_key)
            platform.launch(request, dg.DagsterRunStatus.STARTED)
    assert seen == ["a", "b", "c", "d", "e"]


def test_what_had_no_time_comes_first_in_the_next_tick(platform, monkeypatch):
    names = ["a", "b", "c", "d"]
    platform.add(*names)
    platform.read(*names)
    monkeypatch.setattr(source_checks, "START_WITHIN", -1.0)
    assert "no time left: 4" in platform.tick().skip_reason.skip_message
    monkeypatch.undo()

    state, checked = ingest.source_state, []

    def slow(source, *arguments, **named):
        checked.append(source.name[-1])
        if len(checked) == 2:  # the time is over with the second check
            monkeypatch.setattr(source_checks, "START_WITHIN", -1.0)
        return state(source, *arguments, **named)

    monkeypatch.setattr(source_checks, "THREADS", 1)
    for _ in range(2):
        checked.clear()
        monkeypatch.setattr(ingest, "source_state", slow)
        monkeypatch.setattr(source_checks, "START_WITHIN", 25.0)
        done = platform.tick().skip_reason.skip_message
        assert "no time left: 2" in done
        names = [name for name in names if name not in checked]
    assert names == []


@pytest.mark.parametrize("cursor", ["{", '{"version": 0}', '{"version": 1, "due": 3}'])
def test_a_malformed_cursor_starts_over(platform, cursor, capfd):
    platform.add("etcd")
    platform.read("etcd")
    platform.cursor = cursor
    assert platform.asked() == []
    assert "starting over" in capfd.readouterr().err
    assert json.loads(platform.cursor)["version"] == 1


def test_offline_needs_a_mirror(platform):
    platform.add("etcd")
    platform.settings = platform.settings.model_copy(update={"offline": True})
    assert platform.asked() == ["etcd"]
    platform.settings = platform.settings.model_copy(update={"mirror": None})
    assert "there is nothing to check" in platform.tick().skip_reason.skip_message
    gone = platform.folder / "gone"
    platform.settings = platform.settings.model_copy(update={"mirror": gone})
    with pytest.raises(MirrorError, match="gone is not a folder"):
        platform.tick()


@pytest.fixture
def remotes(platform, monkeypatch):
    """The platform without a mirror; `answers` are what checks of a project's remote give."""
    answers, asked = {}, []

    def state(source, known, **_):
        name = source.name.rpartition("/")[2]
        asked.append(name)
        answer = answers.get(name, known)
        if isinstance(answer, Exception):
            raise answer
        return answer

    platform.add("etcd", "helm")
    platform.read("etcd", "helm")
    platform.settings = platform.settings.model_copy(update={"mirror": None})
    monkeypatch.setattr(ingest, "source_state", state)
    return answers, asked


def test_a_remote_is_checked_again_after_its_interval_only(platform, remotes, monkeypatch):
    _, asked = remotes
    now = source_changes.time.time()
    for seconds, expected in ((0, 2), (300, 2), (3_700, 4)):
        monkeypatch.setattr(source_changes.time, "time", lambda s=seconds: now + s)
        assert platform.asked() == []
        assert len(asked) == expected
    assert "nothing is due" in platform.tick().skip_reason.skip_message


def test_a_remote_that_fails_is_left_alone_longer_and_longer(platform, remotes, monkeypatch):
    answers, asked = remotes
    answers["helm"] = UnreadableSourceError("unreachable", "https://github.com/acme/helm: down")
    now = source_changes.time.time()
    at = []
    for minute in range(0, 130, 5):
        monkeypatch.setattr(source_changes.time, "time", lambda m=minute: now + 60 * m)
        asked.clear()
        platform.tick()
        at += [minute] if "helm" in asked else []
    assert at == [0, 15, 45, 105]


def test_a_host_that_asks_for_rest_gets_it(platform, remotes, monkeypatch):
    answers, asked = remotes
    monkeypatch.setattr(source_checks, "THREADS", 1)
    answers["etcd"] = UnreadableSourceError("rate-limited", "HTTP status 429", 1_200)
    now = source_changes.time.time()
    monkeypatch.setattr(source_changes.time, "time", lambda: now)
    said = platform.tick().skip_reason.skip_message
    assert "rate-limited: 1" in said
    assert "left alone for now: github.com" in said
    assert asked == ["etcd"]  # nobody else is asked for on that host, in this tick and the next
    for later in (300, 1_100):
        monkeypatch.setattr(source_changes.time, "time", lambda s=later: now + s)
        platform.tick()
    assert asked == ["etcd"]
    answers.clear()
    monkeypatch.setattr(source_changes.time, "time", lambda: now + 1_201)
    platform.tick()
    assert asked == ["etcd", "etcd", "helm"]


def test_what_is_asked_for_is_what_dagster_takes(platform):
    from dagster._core.definitions.partitions.context import partition_loading_context

    from cncf_llm.defs import raw_documents
    from cncf_llm.defs.automation.jobs import refresh_sources
    from cncf_llm.defs.landscape import landscape

    platform.add("etcd")
    resources = {"settings": platform.settings, "store": platform.store}
    definitions = dg.Definitions(
        assets=[landscape, *dg.load_assets_from_modules([raw_documents])],
        jobs=[refresh_sources],
        sensors=[source_changes.source_changes],
        resources=resources | {"io_manager": dg.InMemoryIOManager()},
    )
    context = dg.build_sensor_context(
        instance=platform.instance,
        definitions=definitions,
        sensor_name="source_changes",
        resources={"settings": platform.settings, "store": platform.store},
    )
    sensor = definitions.get_sensor_def("source_changes")
    with partition_loading_context(dynamic_partitions_store=platform.instance):
        (request,) = sensor.evaluate_tick(context).run_requests
    assert request.tags["dagster/partition"] == "etcd"
    assert request.tags["dagster/sensor_name"] == "source_changes"
    assert {key.to_user_string() for key in request.asset_selection} == ASSETS
