"""`dataset_changes` as a function, with a real store and a real instance."""

import json
import time
from dataclasses import dataclass, field

import dagster as dg
import polars as pl
import pytest
from dagster import DagsterRunStatus

from cncf_llm import training
from cncf_llm.defs.automation import gpu_time, judging
from cncf_llm.defs.automation.dataset_changes import dataset_changes
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store, StoreError
from cncf_llm_tests.training.test_movement import pairs

HOUR = 3600.0
ALL = gpu_time.LANDSCAPE


@dataclass
class Platform:
    """A store with a data set and adapters, an instance, and the sensor's cursor."""

    store: Store
    instance: dg.DagsterInstance
    settings: dict = field(default_factory=dict)
    cursor: str | None = None
    skipped: str = ""

    def put_base(self, content="one"):
        with self.store.draft("base_model", None, content) as draft:
            (draft.path / "weights").write_text(content)

    def put_dataset(self, **projects):
        """Store train splits; a number stands for so many pairs."""
        with self.store.draft("qa_dataset", None, "r") as draft:
            for name, rows in projects.items():
                if isinstance(rows, int):
                    rows = pairs(range(rows), project=name)
                (draft.path / name).mkdir()
                rows.write_parquet(draft.path / name / "train.parquet")
        self.instance.add_dynamic_partitions(PROJECTS.name, list(projects))

    def train(self, *names, hours_ago=100.0, seconds=60.0, **facts):
        """Store adapters as the assets do, on the present data."""
        dataset, base = self.store.require("qa_dataset"), self.store.require("base_model")
        for name in names:
            parts = [name] if name != ALL else sorted({f.split("/")[0] for f in dataset.files})
            asset, partition = (ALL, None) if name == ALL else ("adapter", name)
            rows = [training.trained_on(dataset.table(f"{part}/train")) for part in parts]
            with self.store.draft(asset, partition, dataset.digest) as draft:
                draft.write("trained_on", pl.concat(rows))
                draft.facts.update(
                    data=dataset.digest if name == ALL else dataset.part(name),
                    parts={part: dataset.part(part) for part in parts},
                    base_model=base.digest,
                    trained_at=time.time() - hours_ago * HOUR,
                    seconds=seconds,
                    **facts,
                )

    def tick(self):
        """Evaluate the sensor; return the requests by project, and keep the cursor."""
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"store": self.store, "settings": Settings(**self.settings)},
        )
        result = dataset_changes(context)
        if isinstance(result, dg.SkipReason):
            self.skipped = result.skip_message or ""
            return {}
        self.cursor = result.cursor
        self.skipped = result.skip_reason.skip_message if result.skip_reason else ""
        return {request.partition_key or ALL: request for request in result.run_requests or []}

    def start(self, request, status=DagsterRunStatus.STARTED):
        """Do what the daemon does with a request: make a run, here of a certain status."""
        partition = {"dagster/partition": request.partition_key} if request.partition_key else {}
        run = dg.DagsterRun(
            job_name=request.job_name,
            status=status,
            tags={**request.tags, **partition, "dagster/run_key": request.run_key},
        )
        return self.instance.add_run(run)


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def platform(store, instance):
    platform = Platform(store, instance)
    platform.put_base()
    return platform


@pytest.fixture
def settled(platform):
    """Two projects and all adapters, trained on what there is; others take 900 of 1,300 pairs."""
    platform.put_dataset(etcd=200, helm=200, others=900)
    platform.train("etcd", "helm", "others", ALL)
    return platform


def test_without_data_or_base_model_nothing_is_asked_for(store, instance):
    platform = Platform(store, instance)
    assert platform.tick() == {}
    assert platform.skipped == "there is no qa_dataset yet"
    platform.put_dataset(etcd=20)
    assert platform.tick() == {}
    assert platform.skipped == "there is no base_model yet"


def test_the_first_tick_asks_for_first_adapters(platform):
    platform.put_dataset(etcd=20, helm=30)
    asked = platform.tick()
    assert set(asked) == {"etcd", "helm", ALL}
    assert asked["etcd"].job_name == "retrain_project"
    assert asked["etcd"].tags["cncf_llm/reason"] == "there is no adapter yet; 20 pairs to learn"
    assert asked["etcd"].tags["cncf_llm/trigger"] == "data_set"
    assert asked["etcd"].tags["cncf_llm/project"] == "etcd"
    assert asked["etcd"].tags["cncf_llm/cost"] == "gpu"
    assert asked[ALL].job_name == "evaluate_all"
    assert "cncf_llm/project" not in asked[ALL].tags


def test_a_project_without_pairs_is_not_trained(platform):
    platform.put_dataset(etcd=20, helm=pairs([1]).head(0))
    assert set(platform.tick()) == {"etcd", ALL}
    platform.train("etcd", ALL)
    assert platform.tick() == {}
    assert "helm: has no pairs to train on" in platform.skipped


def test_unchanged_data_asks_for_nothing_and_reads_no_table(settled, monkeypatch):
    def refuse(*_):
        raise AssertionError("a table was read")

    monkeypatch.setattr("cncf_llm.store.Version.table", refuse)
    monkeypatch.setattr("cncf_llm.store.Version.scan", refuse)
    assert settled.tick() == {}
    assert settled.skipped == "4 adapters are up to date"


def test_a_small_change_waits_and_says_how_small(settled):
    settled.put_dataset(etcd=205, helm=200, others=900)
    assert settled.tick() == {}
    assert settled.skipped == (
        "2 adapters are up to date; "
        "etcd: 2.4 % of tokens changed, below 10 %; 0 % of pairs stale, below 5 %; "
        "landscape_adapter: 0.4 % of tokens changed, below 10 %; 0 % of pairs stale, below 5 %"
    )


def test_small_changes_add_up(settled):
    for number in (205, 210, 215, 220):
        settled.put_dataset(etcd=number, helm=200, others=900)
        assert settled.tick() == {}
    settled.put_dataset(etcd=225, helm=200, others=900)
    assert set(settled.tick()) == {"etcd"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (pairs(range(230)), "13 % of the tokens changed"),
        (pairs(range(180)), "20 of the 200 pairs that it learned are stale: 10 %"),
        (pairs([*range(186)]).vstack(pairs(range(186, 200), answer="No.")), "are stale: 7 %"),
        (pairs(range(200)).vstack(pairs(range(12), kind="how-to")), "how-to (12 pairs)"),
    ],
)
def test_a_large_change_asks_for_that_project_alone_and_says_why(settled, changed, reason):
    settled.put_dataset(etcd=changed, helm=200, others=900)
    settled.settings["retrain_new_kinds"] = 1
    asked = settled.tick()
    assert "etcd" in asked
    assert set(asked) <= {"etcd", ALL}  # a new kind is new to the landscape's adapter as well
    assert reason in asked["etcd"].tags["cncf_llm/reason"]


def test_thresholds_are_settings(settled):
    settled.put_dataset(etcd=205, helm=200, others=900)
    settled.tick()
    settled.settings["retrain_changed_tokens"] = 0.02
    assert set(settled.tick()) == {"etcd"}


def test_the_landscape_adapter_follows_when_all_together_moved(settled):
    settled.put_dataset(etcd=200, helm=200, others=1100)
    assert set(settled.tick()) == {"others", ALL}
    settled.train("others")
    settled.put_dataset(etcd=200, helm=200, others=1101)
    assert set(settled.tick()) == {ALL}  # 201 of 1,501: the reason stays, project by project


def test_what_is_under_way_is_not_asked_for_again(settled):
    settled.put_dataset(etcd=300, helm=200, others=900)
    run = settled.start(settled.tick()["etcd"])
    assert settled.tick() == {}
    assert f"is being trained (run {run.run_id[:8]})" in settled.skipped
    settled.put_dataset(etcd=400, helm=200, others=900)  # newer data does not start a second one
    assert "etcd" not in settled.tick()


def test_the_same_data_trains_once(settled):
    settled.put_dataset(etcd=300, helm=200, others=900)
    settled.start(settled.tick()["etcd"], DagsterRunStatus.SUCCESS)
    settled.train("etcd", hours_ago=0)
    assert settled.tick() == {}
    assert "etcd" not in settled.skipped


def test_data_that_comes_back_is_trained_under_another_key(settled):
    settled.settings["retrain_cool_down_hours"] = 0
    keys = []
    for number in (300, 200, 300):
        settled.put_dataset(etcd=number, helm=200, others=900)
        request = settled.tick()["etcd"]
        keys.append(request.run_key)
        settled.start(request, DagsterRunStatus.SUCCESS)
        settled.train("etcd", hours_ago=0)
    assert len(set(keys)) == 3
    assert keys[2].endswith(" 2")


def test_a_cool_down_pushes_a_training_back_and_it_comes(settled):
    settled.train("etcd", hours_ago=2)
    settled.put_dataset(etcd=300, helm=200, others=900)
    assert settled.tick() == {}
    assert "33.3 % of the tokens changed" in settled.skipped
    assert "not before" in settled.skipped
    settled.settings["retrain_cool_down_hours"] = 1
    assert set(settled.tick()) == {"etcd"}


def test_a_failed_training_is_asked_for_twice_more(settled):
    settled.put_dataset(etcd=300, helm=200, others=900)
    settled.settings["retrain_cool_down_hours"] = 0
    keys = []
    for _ in range(3):
        request = settled.tick()["etcd"]
        keys.append(request.run_key.rpartition(" ")[2])
        settled.start(request, DagsterRunStatus.FAILURE)
    assert keys == ["1", "2", "3"]
    assert settled.tick() == {}
    assert "failed 3 times for this data" in settled.skipped
    settled.put_dataset(etcd=301, helm=200, others=900)  # other data is another matter
    assert set(settled.tick()) == {"etcd"}


def test_a_failed_training_cools_down_too(settled):
    settled.put_dataset(etcd=300, helm=200, others=900)
    settled.start(settled.tick()["etcd"], DagsterRunStatus.FAILURE)
    assert settled.tick() == {}
    assert "but failed at" in settled.skipped


def test_another_base_model_retrains_all(settled):
    settled.put_base("two")
    asked = settled.tick()
    assert set(asked) == {"etcd", "helm", "others", ALL}
    assert asked["etcd"].tags["cncf_llm/reason"] == (
        "the base model is not the one that the adapter was trained for"
    )


def test_an_adapter_from_before_this_is_retrained_when_its_data_changes(settled):
    part = settled.store.require("qa_dataset").part("etcd")
    with settled.store.draft("adapter", "etcd", "old") as draft:
        draft.write("curve", pl.DataFrame({"step": [1]}))
        draft.facts.update(data=part, seconds=1.0)
    assert settled.tick() == {}
    settled.put_dataset(etcd=201, helm=200, others=900)
    assert "does not say" in settled.tick()["etcd"].tags["cncf_llm/reason"]


def test_a_retired_project_and_a_set_of_others_are_not_trained(settled):
    settled.put_dataset(etcd=200, helm=300, others=900)
    settled.instance.delete_dynamic_partition(PROJECTS.name, "helm")
    assert settled.tick() == {}
    assert "helm" not in settled.skipped


def pointer(store, asset, partition=None):
    return store.require(asset, partition).path.parent / "current.json"


def test_one_damaged_adapter_does_not_stop_the_others(settled):
    settled.put_dataset(etcd=300, helm=300, others=900)
    pointer(settled.store, "adapter", "etcd").write_text("{")
    pointer(settled.store, "adapter", "others").write_text("")
    asked = settled.tick()
    assert set(asked) == {"helm", ALL}
    for each in asked.values():
        settled.start(each)
    assert settled.tick() == {}
    assert "etcd: " in settled.skipped
    assert "is damaged" in settled.skipped


def test_damaged_tables_do_not_stop_the_others(settled):
    settled.put_dataset(etcd=300, helm=300, others=900)
    (settled.store.require("adapter", "etcd").path / "trained_on.parquet").write_bytes(b"no")
    asked = settled.tick()
    assert "helm" in asked
    assert "etcd" not in asked


def test_a_damaged_data_set_is_an_error_that_names_it(settled):
    pointer(settled.store, "qa_dataset").write_text("{")
    with pytest.raises(StoreError, match="qa_dataset"):
        settled.tick()


def test_no_training_by_itself_when_no_hours_are_allowed(settled):
    settled.settings["retrain_gpu_hours_per_week"] = 0
    settled.put_dataset(etcd=300, helm=200, others=900)
    assert settled.tick() == {}
    assert "CNCF_LLM_RETRAIN_GPU_HOURS_PER_WEEK is 0" in settled.skipped


def report(platform, asset, partition, seconds, *, computed=True, **metadata):
    """Record that a step took so many seconds."""
    told = {"computed": computed, "seconds": seconds, **metadata}
    made = dg.AssetMaterialization(asset, partition=partition, metadata=told)
    platform.instance.report_runless_asset_event(made)


def test_the_hours_of_the_week_are_read_from_the_instance(settled):
    report(settled, "adapter", "helm", 30 * HOUR)
    report(settled, "benchmark_scores", "helm", 9.5 * HOUR)
    report(settled, "adapter", "helm", 30 * HOUR, computed=False)  # nothing was done
    report(settled, "qa_pairs", "helm", 30 * HOUR)  # needs no GPU
    settled.train("etcd", seconds=1.0 * HOUR)
    settled.put_dataset(etcd=300, helm=200, others=900)
    assert settled.tick() == {}
    assert "needs about 1.0 GPU hours; 39.5 of the 40 of a week are used" in settled.skipped
    settled.settings["retrain_gpu_hours_per_week"] = 41
    assert set(settled.tick()) == {"etcd"}


def test_a_training_of_several_processes_counts_each(settled):
    report(settled, ALL, None, 5 * HOUR, processes=8)
    settled.put_dataset(etcd=300, helm=200, others=900)
    assert settled.tick() == {}
    assert "40.0 of the 40" in settled.skipped


def test_a_failed_step_has_used_its_time(settled):
    @dg.asset(partitions_def=PROJECTS)
    def adapter():
        time.sleep(0.2)
        raise RuntimeError("out of memory")

    before = time.time()
    job = dg.define_asset_job("retrain_project", selection=["adapter"])
    run = dg.Definitions([adapter], jobs=[job]).resolve_job_def("retrain_project")
    run.execute_in_process(instance=settled.instance, partition_key="etcd", raise_on_error=False)
    (spent,) = gpu_time.spent_since(settled.instance, before - HOUR, set())
    assert 0.2 <= spent.hours * HOUR < 60
    assert before < spent.ended_at <= time.time()
    assert gpu_time.spent_since(settled.instance, time.time() + HOUR, set()) == []


def test_a_run_under_way_reserves_what_it_took_last(settled):
    settled.train("etcd", "helm", seconds=21 * HOUR)
    settled.put_dataset(etcd=240, helm=200, others=900)
    settled.start(settled.tick()["etcd"])
    settled.put_dataset(etcd=240, helm=240, others=900)
    asked = settled.tick()
    assert "helm" not in asked
    assert "21.0 of the 40 of a week are used or under way" in settled.skipped


def test_tables_are_read_once_and_by_portions(settled, monkeypatch):
    read = []
    judge = judging.judge
    monkeypatch.setattr(judging, "judge", lambda d, s, *a: read.append(s.name) or judge(d, s, *a))
    monkeypatch.setattr(judging, "READ_PER_TICK", 2)
    settled.put_dataset(etcd=201, helm=201, others=901)
    settled.tick()
    assert read == ["etcd", "helm"]
    assert "others: is looked at in the next tick" in settled.skipped
    settled.tick()
    settled.tick()
    assert read == ["etcd", "helm", "others", ALL]


def test_a_restart_goes_on_from_the_cursor_and_a_lost_one_costs_a_reading(settled):
    settled.put_dataset(etcd=201, helm=200, others=900)
    settled.tick()
    kept, said = settled.cursor, settled.skipped
    assert set(json.loads(kept)) == {"etcd", ALL}
    for cursor in (kept, None, "{", "[]", '{"etcd": 1}'):
        settled.cursor = cursor
        assert settled.tick() == {}
        assert (settled.cursor, settled.skipped) == (kept, said)


def test_what_needs_a_gpu_is_what_the_pods_say():
    assert gpu_time.GPU_ASSETS == (
        "adapter",
        "benchmark_scores",
        "landscape_adapter",
        "landscape_scores",
    )
