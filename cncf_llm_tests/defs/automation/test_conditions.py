"""The declarative conditions of the real assets, on a real instance, tick by tick."""

import logging
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.asset_daemon_cursor import AssetDaemonCursor
from dagster._core.definitions.automation_tick_evaluation_context import (
    AutomationTickEvaluationContext,
)
from dagster._serdes import deserialize_value, serialize_value

from cncf_llm.definitions import defs
from cncf_llm.partitions import PROJECTS

CHAIN = ("unified_corpus", "entity_graph", "qa_pairs", "benchmark_questions")
RAW = ("repository_documents", "website_documents", "stackoverflow_threads")
MERGED = ("qa_dataset", "dataset_release")
GRAPH = defs.resolve_asset_graph()
NIGHT = datetime(2026, 1, 2, 1, 10, tzinfo=UTC)


pytestmark = pytest.mark.slow  # forty seconds: each test runs a platform of its own

VERSIONS: dict[str, str] = {}  # what each stub reports as its data version
FAILING: set[str] = set()  # stubs and checks that fail


def _stub(key):
    node = GRAPH.get(key)
    if not node.is_materializable:
        return dg.AssetSpec(key, partitions_def=node.partitions_def)
    asset = key.to_user_string()
    blocking = [check for check in node.check_keys if GRAPH.get(check).blocking]

    @dg.asset(
        key=key,
        deps=node.parent_keys,
        partitions_def=node.partitions_def,
        automation_condition=node.automation_condition,
        code_version=node.code_version,
        check_specs=[
            dg.AssetCheckSpec(
                check.name, asset=key, blocking=True, partitions_def=node.partitions_def
            )
            for check in blocking
        ],
    )
    def stub(context: dg.AssetExecutionContext):
        if asset in FAILING:
            raise ValueError(f"{asset} is to fail")
        yield dg.MaterializeResult(
            data_version=dg.DataVersion(VERSIONS.get(asset, "1")),
            check_results=[
                dg.AssetCheckResult(check_name=check.name, passed=check.name not in FAILING)
                for check in blocking
            ],
        )

    return stub


STUBS = dg.Definitions([_stub(key) for key in GRAPH.get_all_asset_keys()])


class Platform:
    """The graph with bodies that only report a data version, and the tick that looks at it.

    Keys, dependencies, partitions, blocking checks and conditions are those of the real assets.
    """

    def __init__(self, instance, projects):
        self.instance = instance
        self.cursor = AssetDaemonCursor.empty()
        self.time = NIGHT
        self.defs = STUBS
        instance.add_dynamic_partitions(PROJECTS.name, list(projects))

    def tick(self, minutes=1):
        """Return the runs that are requested: the assets of each project, None without one.

        What the daemon does in a tick: `dg.evaluate_automation_conditions` does not make the runs.
        The cursor goes through its stored form, as in a daemon that was restarted.
        """
        self.time += timedelta(minutes=minutes)
        tick = AutomationTickEvaluationContext(
            evaluation_id=self.cursor.evaluation_id + 1,
            instance=self.instance,
            asset_graph=self.defs.resolve_asset_graph(),
            cursor=self.cursor,
            materialize_run_tags={},
            observe_run_tags={},
            auto_observe_asset_keys=set(),
            asset_selection=dg.AssetSelection.all(),
            emit_backfills=False,
            evaluation_time=self.time,
            logger=logging.getLogger("tick"),
        )
        requests, cursor, _ = tick.evaluate()
        self.cursor = deserialize_value(serialize_value(cursor), AssetDaemonCursor)
        assert len({request.partition_key for request in requests}) == len(requests)
        return {
            request.partition_key: {key.to_user_string() for key in request.asset_selection or ()}
            for request in requests
        }

    def make(self, *assets, project=None, version="1", failing=()):
        """Run these assets; they report this version. Those in `failing`, or their check, fail."""
        VERSIONS.clear()
        VERSIONS.update(dict.fromkeys(assets, version))
        FAILING.clear()
        FAILING.update(failing)
        self.defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            partition_key=project,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )

    def start(self, *assets, project=None):
        """Begin a run that is to make these assets, and does not come to an end."""
        keys = frozenset(dg.AssetKey(asset) for asset in assets)
        job = self.defs.resolve_implicit_global_asset_job_def()
        return self.instance.create_run_for_job(
            job.get_subset(asset_selection=keys),
            status=dg.DagsterRunStatus.STARTED,
            tags={"dagster/partition": project} if project else {},
            asset_selection=keys,
        )


@pytest.fixture
def platform():
    """Two projects of which everything is there, looked at twice."""
    with dg.DagsterInstance.ephemeral() as instance:
        platform = Platform(instance, ["etcd", "helm"])
        platform.make("landscape", "entity_recognizer", "landscape_graph", *MERGED)
        for project in ("etcd", "helm"):
            platform.make(*RAW, *CHAIN, project=project)
        platform.tick()
        platform.tick()
        yield platform


def test_nothing_is_requested_when_nothing_moved(platform):
    assert platform.tick() == {}


def test_the_same_data_version_again_moves_nothing(platform):
    platform.make("repository_documents", project="etcd")
    assert platform.tick() == {}


def test_a_changed_project_alone_has_its_chain_requested_once(platform):
    platform.make("repository_documents", project="etcd", version="2")
    assert platform.tick() == {"etcd": set(CHAIN)}
    assert platform.tick() == {}


def test_a_stage_whose_result_stayed_the_same_stops_the_wave(platform):
    platform.make("unified_corpus", project="etcd")
    assert platform.tick() == {}
    platform.make("unified_corpus", project="etcd", version="2")
    assert platform.tick() == {"etcd": set(CHAIN[1:])}


def test_what_a_run_makes_for_itself_is_not_requested_again(platform):
    platform.make(*RAW, *CHAIN, project="etcd", version="2")
    requested = platform.tick()
    assert "etcd" not in requested


def test_a_step_that_failed_is_not_requested_until_something_else_moves(platform):
    platform.make("repository_documents", project="etcd", version="2")
    platform.tick()
    platform.make(*CHAIN, project="etcd", version="2", failing=["entity_graph"])
    assert [platform.tick().get("etcd") for _ in range(3)] == [None, None, None]
    platform.make("repository_documents", project="etcd", version="3")
    assert platform.tick()["etcd"] == set(CHAIN)


def test_a_failed_blocking_check_holds_what_comes_after(platform):
    platform.make("repository_documents", project="etcd", version="2")
    platform.tick()
    platform.make(
        "unified_corpus", project="etcd", version="2", failing=["every_document_accounted_for"]
    )
    assert [platform.tick().get("etcd") for _ in range(3)] == [None, None, None]
    # The other project goes its way; and etcd too, once its check passes.
    platform.make("repository_documents", project="helm", version="2")
    assert platform.tick()["helm"] == set(CHAIN)
    platform.make("unified_corpus", project="etcd", version="3")
    assert platform.tick()["etcd"] == set(CHAIN[1:])


def test_a_project_waits_for_its_documents_that_are_still_being_read(platform):
    platform.make("repository_documents", project="etcd", version="2")
    run = platform.start("website_documents", project="etcd")
    assert platform.tick() == {}
    platform.instance.report_run_canceled(run)
    assert platform.tick() == {"etcd": set(CHAIN)}


def test_the_data_set_is_made_once_for_a_wave_of_projects(platform):
    for project in ("etcd", "helm"):
        platform.make("repository_documents", project=project, version="2")
    assert platform.tick() == {"etcd": set(CHAIN), "helm": set(CHAIN)}
    run = platform.start(*CHAIN, project="helm")
    platform.make(*CHAIN, project="etcd", version="2")
    assert platform.tick() == {}  # helm is under way
    assert platform.tick() == {}
    platform.instance.report_run_canceled(run)
    platform.make(*CHAIN, project="helm", version="2")
    assert platform.tick() == {}  # has just come in
    assert platform.tick() == {None: {"entity_recognizer", "landscape_graph", *MERGED}}
    assert platform.tick() == {}


def test_who_is_never_still_is_not_waited_for_beyond_some_hours(platform):
    platform.make(*CHAIN, project="etcd", version="2")
    platform.start(*RAW, project="helm")
    assert [platform.tick(minutes=30) for _ in range(8)] == [{}] * 8
    assert MERGED[0] in platform.tick(minutes=60).get(None, set())  # past six o'clock
    assert platform.tick(minutes=30) == {}


def test_a_new_project_is_made_when_its_documents_are_there_and_holds_nobody(platform):
    platform.instance.add_dynamic_partitions(PROJECTS.name, ["argo"])
    assert platform.tick() == {}
    platform.make("repository_documents", project="helm", version="2")
    assert platform.tick() == {"helm": set(CHAIN)}
    platform.make(*CHAIN, project="helm", version="2")
    platform.tick()
    assert MERGED[0] in platform.tick().get(None, set())  # although argo has no pairs
    platform.make(*RAW, project="argo")
    assert platform.tick() == {"argo": set(CHAIN)}


def test_a_project_that_left_is_forgotten(platform):
    platform.make("repository_documents", project="etcd", version="2")
    run = platform.start("website_documents", project="etcd")
    platform.tick()  # etcd waits
    platform.instance.report_run_canceled(run)
    platform.instance.delete_dynamic_partition(PROJECTS.name, "etcd")
    assert platform.tick() == {}
    platform.make("repository_documents", project="helm", version="2")
    assert platform.tick() == {"helm": set(CHAIN)}


def test_another_recognizer_has_every_graph_made_again(platform):
    platform.make("entity_recognizer", version="2")
    assert platform.tick() == {project: set(CHAIN[1:]) for project in ("etcd", "helm")}


def test_verdicts_of_people_and_pairs_of_a_model_reach_the_pairs(platform):
    platform.instance.report_runless_asset_event(
        dg.AssetMaterialization(
            "review_verdicts", partition="etcd", tags={"dagster/data_version": "2"}
        )
    )
    assert platform.tick() == {"etcd": set(CHAIN[2:])}
    platform.make("written_pairs", project="helm", version="2")
    assert platform.tick() == {"helm": set(CHAIN[2:])}


def test_an_edit_of_the_landscape_requests_nothing(platform):
    platform.make("landscape", version="2")
    assert platform.tick() == {}


def test_new_scores_make_one_leaderboard(platform):
    platform.make("landscape_scores")
    run = platform.start("adapter", "benchmark_scores", project="helm")
    platform.make("adapter", "benchmark_scores", project="etcd", version="2")
    assert [platform.tick(), platform.tick()] == [{}, {}]
    platform.instance.report_run_canceled(run)
    assert platform.tick() == {None: {"leaderboard"}}


def test_what_was_never_looked_at_is_not_requested_when_it_is_switched_on(platform):
    platform.make("repository_documents", project="etcd", version="2")
    platform.cursor = AssetDaemonCursor.empty()
    assert platform.tick() == {}
