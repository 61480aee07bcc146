import io
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.run import print_outcome, run
from cncf_llm.landscape import LandscapeError
from cncf_llm_tests.commands.small_graph import small_definitions


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


def go(store, instance, console, texts, **options):
    definitions, computed = small_definitions(store, texts)
    return run(definitions, instance, console, **options), computed


def test_everything_is_made_in_order(store, instance, console):
    outcome, computed = go(store, instance, console, {"etcd": "a bb", "helm": "ccc"})
    assert computed == [
        "landscape",
        "words etcd",
        "letters etcd",
        "words helm",
        "letters helm",
        "total",
    ]
    assert outcome.failed == {}
    assert store.require("total").table("total").rows() == [("etcd", 3), ("helm", 3)]


def test_nothing_is_computed_again_when_nothing_changed(store, instance, console):
    texts = {"etcd": "a bb", "helm": "ccc"}
    go(store, instance, console, texts)
    outcome, computed = go(store, instance, console, texts)
    assert computed == []
    assert outcome.changed == []
    assert len(outcome.unchanged) == 6


def test_a_change_moves_only_its_project(store, instance, console):
    go(store, instance, console, {"etcd": "a bb", "helm": "ccc"})
    outcome, _ = go(store, instance, console, {"etcd": "a bb", "helm": "dddd"})
    assert outcome.changed == [("words", "helm"), ("letters", "helm"), ("total", None)]


def test_an_unchanged_result_stops_the_wave(store, instance, console):
    go(store, instance, console, {"etcd": "a bb"})
    _, computed = go(store, instance, console, {"etcd": "a  bb"})  # same words, other spaces
    assert computed == ["words etcd"]


def test_a_failing_project_leaves_the_others_and_its_old_data(store, instance, console):
    go(store, instance, console, {"etcd": "a", "helm": "b"})
    outcome, _ = go(store, instance, console, {"etcd": "a!", "helm": "bb"})
    assert outcome.failed == {("words", "etcd"): "ValueError: the text of etcd is damaged"}
    assert outcome.skipped == [("letters", "etcd")]
    # Of etcd the total has what was there before.
    assert store.require("total").table("total").rows() == [("etcd", 1), ("helm", 2)]
    print_outcome(outcome, console)
    assert (
        "failed words of etcd: ValueError: the text of etcd is damaged" in console.file.getvalue()
    )


def test_only_the_projects_and_assets_asked_for_are_made(store, instance, console):
    texts = {"etcd": "a", "helm": "b"}
    go(store, instance, console, texts, selection=["landscape"])
    outcome, computed = go(store, instance, console, texts, projects=["helm"], selection=["words"])
    assert computed == ["words helm"]
    assert outcome.changed == [("words", "helm")]


def test_a_failed_blocking_check_is_told_and_holds_what_needs_it(store, instance, console):
    outcome, computed = go(store, instance, console, {"etcd": "", "helm": "a"})
    assert outcome.failed_checks == ["words of etcd: has_words"]
    assert "has_words failed" in outcome.failed["words", "etcd"]
    assert store.current("words", "etcd") is None
    assert outcome.skipped == [("letters", "etcd")]
    assert computed == ["landscape", "words etcd", "words helm", "letters helm", "total"]
    outcome, computed = go(store, instance, console, {"etcd": "", "helm": "a"})
    assert computed == ["words etcd"]  # it is tried again, and holds it still
    assert outcome.skipped == [("letters", "etcd")]


def test_an_unknown_project_stops_before_any_partition_runs(store, instance, console):
    with pytest.raises(UsageError, match="no project 'etc'"):
        go(store, instance, console, {"etcd": "a"}, projects=["etc"])
    assert store.partitions("words") == []


def test_every_run_is_recorded_in_the_instance(store, instance, console):
    go(store, instance, console, {"etcd": "a", "helm": "b"})
    runs = instance.get_runs()
    assert {run.tags.get("dagster/partition") for run in runs} == {None, "etcd", "helm"}
    assert {run.status.value for run in runs} == {"SUCCESS"}


def test_a_partition_that_another_run_is_writing_is_said_so(store, instance, console):
    go(store, instance, console, {"etcd": "a"})
    with store.draft("words", "etcd", "other"):
        outcome, _ = go(store, instance, console, {"etcd": "b"})
    assert "another run is writing words of etcd" in outcome.failed["words", "etcd"]


def test_a_landscape_that_cannot_be_read_ends_the_run_with_our_error(store, instance, console):
    @dg.asset
    def landscape() -> dg.MaterializeResult:
        try:
            Path("/does/not/exist").read_text()
        except FileNotFoundError as error:
            raise LandscapeError("there is no landscape at /does/not/exist; mend it") from error
        return dg.MaterializeResult()

    @dg.asset(deps=[landscape])
    def total() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    outcome = run(dg.Definitions(assets=[landscape, total]), instance, console)
    assert outcome.failed == {
        ("landscape", None): "LandscapeError: there is no landscape at /does/not/exist; mend it"
    }
