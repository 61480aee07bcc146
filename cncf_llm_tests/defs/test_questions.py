"""`qa_pairs` and `qa_dataset` through real Dagster runs: what blocks, and what is kept."""

import json

import dagster as dg
import polars as pl
import pytest
from rich.console import Console

from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.review import export_sample, import_sheet
from cncf_llm.corpus.tables import READ_PASSAGES
from cncf_llm.defs.dataset import qa_dataset
from cncf_llm.defs.questions import check_rejection, qa_pairs, review_verdicts
from cncf_llm.defs.storage import StoredInputs
from cncf_llm.evaluation.item_tables import ITEMS
from cncf_llm.partitions import PROJECTS
from cncf_llm.questions import dataset, written
from cncf_llm.questions.curation import filters, probes
from cncf_llm.settings import Settings
from cncf_llm_tests.questions.literals import EDGES, NODES, PROJECT, frame, passage, path_in

KEY = "prometheus"
TEXT = (
    "The flags are:\n\n- `--web.port`: TCP port of the web server.\n"
    "- `--db.path`: Folder of the database, one folder below it for every two hours of samples."
)
_UPSTREAM = (
    dg.AssetSpec("landscape"),
    *(
        dg.AssetSpec(name, partitions_def=PROJECTS)
        for name in ("unified_corpus", "entity_graph", "written_pairs", "benchmark_questions")
    ),
    review_verdicts,
)
CONSOLE = Console(quiet=True)


def put(store, text=TEXT):
    passages = frame(
        passage(text, "Flags", path=path_in("train")),
        passage("A counter is a metric that only grows.", "Counter", path=path_in("test")),
    )
    read = passages.select(
        *(name for name in READ_PASSAGES.schema.names() if name not in ("equal", "signature")),
        equal=pl.col("passage_id"),
        signature=pl.lit(None, pl.Binary),
    )
    tables = {
        ("landscape", None): {"projects": pl.DataFrame([PROJECT])},
        ("unified_corpus", KEY): {"passages": passages, "read_passages": read},
        ("entity_graph", KEY): {"nodes": NODES, "edges": EDGES},
        ("written_pairs", KEY): {
            "pairs": written.no_pairs().pairs,
            "facts": written.no_pairs().facts,
        },
        ("benchmark_questions", KEY): {"items": ITEMS.frame()},
    }
    for (asset, partition), frames in tables.items():
        with store.draft(asset, partition, f"recipe {text}") as draft:
            for name, table in frames.items():
                draft.write(name, table)


@pytest.fixture
def run(store, instance, tmp_path):
    def run(asset, **settings):
        instance.add_dynamic_partitions(PROJECTS.name or "", [KEY])
        resources = {
            "store": store,
            "settings": Settings(home=tmp_path, **settings),
            "io_manager": StoredInputs(store),
        }
        return dg.materialize(
            [asset, *_UPSTREAM, *((qa_pairs,) if asset is qa_dataset else ())],
            selection=[asset],
            partition_key=KEY if asset is qa_pairs else None,
            instance=instance,
            resources=resources,
            raise_on_error=False,
        )

    put(store)
    return run


def checks(result):
    return {one.check_name: one.passed for one in result.get_asset_check_evaluations()}


def pairs(store):
    return store.require("qa_pairs", KEY).table("pairs")


def test_pairs_are_curated_and_carried_over(run, store):
    result = run(qa_pairs)
    assert result.success
    assert set(checks(result).values()) == {True}
    assert set(pairs(store)["support_tier"]) == {"lexical"}
    assert store.require("qa_pairs", KEY).table("signatures").height == 2
    put(store, TEXT.replace("TCP port", "Number of the port"))
    (event,) = run(qa_pairs).asset_materializations_for_node("qa_pairs")
    assert 0.5 < event.metadata["share of pairs reused"].value < 1


def test_a_blind_filter_blocks_and_the_last_version_stays(run, store, monkeypatch):
    assert run(qa_pairs).success
    before = store.require("qa_pairs", KEY).digest
    put(store, TEXT.replace("TCP", "UDP"))
    monkeypatch.setattr(probes, "FILTERS", {**filters.FILTERS, "support": lambda case: None})
    result = run(qa_pairs)
    assert not result.success
    assert checks(result) == {"filters_tell_good_from_bad": False}
    assert store.require("qa_pairs", KEY).digest == before


def test_a_judge_without_a_model_is_refused(run):
    result = run(qa_pairs, judge=True)
    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    assert "CNCF_LLM_LLM_MODEL" in str(failure.step_failure_data.error)


@pytest.mark.parametrize(
    ("judged", "passed"),
    [
        ({"template": {"pairs": 100, "refused": 15}}, True),
        ({"template": {"pairs": 100, "refused": 16}}, False),
        ({"model": {"pairs": 100, "refused": 50}, "template": {"pairs": 9, "refused": 9}}, True),
        ({"model": {"pairs": 100, "refused": 51}}, False),
        ({}, True),
    ],
)
def test_an_abnormal_share_of_refused_pairs_fails_a_check(judged, passed):
    assert check_rejection(judged).passed == passed


def test_a_planted_leak_is_removed_and_a_missed_one_blocks(run, store, tmp_path, monkeypatch):
    assert run(qa_pairs).success
    leaked = pairs(store).filter(split="train").row(0, named=True)
    file = tmp_path / "evaluation.jsonl"
    file.write_text(json.dumps({"question": leaked["question"]}))
    assert run(qa_dataset).success
    whole = store.require("qa_dataset")
    assert leaked["question"] in pl.read_parquet(whole.path / KEY / "train.parquet")["question"]

    result = run(qa_dataset, evaluation_sets=(file,))
    assert checks(result) == {"no_contamination": True, "splits_are_apart": True}
    clean = store.require("qa_dataset")
    assert clean.facts["contamination"]["found"] == 1
    assert leaked["question"] not in pl.read_parquet(clean.path / KEY / "train.parquet")["question"]

    monkeypatch.setattr(dataset.build, "leaks", lambda rows, benchmark: {})
    file.write_text(json.dumps({"question": leaked["question"].upper()}))
    result = run(qa_dataset, evaluation_sets=(file,))
    assert not result.success
    assert checks(result) == {"no_contamination": False}
    assert store.require("qa_dataset").digest == clean.digest


def test_a_set_that_cannot_be_read_fails_the_step_with_its_name(run, tmp_path):
    assert run(qa_pairs).success
    for settings in (
        {"evaluation_sets": (tmp_path / "gone.csv",)},
        {"external_sets": tmp_path / "gone.yaml"},
    ):
        (failure,) = run(qa_dataset, **settings).filter_events(lambda event: event.is_step_failure)
        assert "gone" in str(failure.step_failure_data.error)


def test_a_review_goes_out_comes_back_and_outlives_regeneration(run, store, instance, tmp_path):
    assert run(qa_pairs).success
    sheet = tmp_path / "sheet.csv"
    export_sample(store, CONSOLE, KEY, 100, 0, sheet)
    text = sheet.read_text("utf-8-sig")
    rejected = next(row for row in pairs(store).to_dicts() if row["subject"] == "--web.port")
    asked = pairs(store).filter(fact_id=rejected["fact_id"])["question"]
    shown = next(question for question in asked if question in text)
    sheet.write_text(text.replace(f"\n,{shown}", f"\nreject,{shown}"), "utf-8-sig")
    import_sheet(store, instance, CONSOLE, sheet)
    event = instance.get_latest_materialization_event(dg.AssetKey("review_verdicts"))
    assert event is not None
    assert event.dagster_event.partition == KEY

    assert run(qa_pairs).success
    assert rejected["fact_id"] not in pairs(store)["fact_id"]
    put(store, TEXT.replace("two hours", "three hours"))
    assert run(qa_pairs).success
    assert rejected["fact_id"] not in pairs(store)["fact_id"]
    drops = store.require("qa_pairs", KEY).table("drops")
    assert drops.filter(reason="rejected-in-review").height == len(asked)


def test_a_wrong_review_keeps_nothing(run, store, instance, tmp_path):
    with pytest.raises(UsageError, match="no pairs of prometheus yet"):
        export_sample(store, CONSOLE, KEY, 1, 0, tmp_path / "a.csv")
    assert run(qa_pairs).success
    export_sample(store, CONSOLE, KEY, 2, 0, tmp_path / "a.csv")
    with pytest.raises(UsageError, match="exists already"):
        export_sample(store, CONSOLE, KEY, 1, 0, tmp_path / "a.csv")
    with pytest.raises(UsageError, match="every spreadsheet opens"):
        export_sample(store, CONSOLE, KEY, 1, 0, tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="has no verdict"):
        import_sheet(store, instance, CONSOLE, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    head, _, rest = text.partition("\n")
    (tmp_path / "b.csv").write_text(f"{head}\nmaybe{rest}")
    with pytest.raises(UsageError, match="nothing was imported"):
        import_sheet(store, instance, CONSOLE, tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text(f"{head}\naccept{rest}".replace(f",{KEY},", ",etcd,"))
    with pytest.raises(UsageError, match="no pairs of a project 'etcd'"):
        import_sheet(store, instance, CONSOLE, tmp_path / "c.csv")
    assert store.current("review_verdicts", KEY) is None
