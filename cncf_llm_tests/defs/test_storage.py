"""`refresh` and the IO manager, through real Dagster runs."""

import dagster as dg
import polars as pl
import pytest

from cncf_llm.defs.automation import tags
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.storage import StoredInputs, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.store import Version


def numbers(store, value, *, settings=None, computed):
    @dg.asset
    def numbers(context: dg.AssetExecutionContext):
        def build(draft):
            computed.append(value)
            draft.write("numbers", pl.DataFrame({"value": [value]}))

        yield from refresh(
            context,
            store,
            build,
            lambda version: {"rows": version.table("numbers").height},
            code="1",
            inputs={"value": str(value)},
            settings=settings,
        )

    result = dg.materialize([numbers], resources={"io_manager": StoredInputs(store)})
    (event,) = result.asset_materializations_for_node("numbers")
    return event


def test_the_data_version_is_the_digest_of_the_content(store):
    event = numbers(store, 1, computed=[])
    assert event.tags["dagster/data_version"] == store.require("numbers").digest


def test_the_same_recipe_computes_nothing_and_describes_the_same(store):
    computed = []
    first = numbers(store, 1, computed=computed)
    second = numbers(store, 1, computed=computed)
    assert computed == [1]
    assert first.metadata["changed"].value is True
    assert second.metadata["changed"].value is False
    assert second.metadata["rows"] == first.metadata["rows"]
    assert second.tags["dagster/data_version"] == first.tags["dagster/data_version"]


def test_another_input_or_setting_computes_again(store):
    computed = []
    numbers(store, 1, computed=computed)
    numbers(store, 2, computed=computed)
    numbers(store, 2, settings={"seed": 1}, computed=computed)
    assert computed == [1, 2, 2]


def test_a_missing_upstream_is_named(store):
    upstream = dg.AssetSpec("numbers")

    @dg.asset
    def reader(numbers: Version) -> dg.MaterializeResult:
        return dg.MaterializeResult()

    result = dg.materialize(
        [upstream, reader],
        selection=["reader"],
        resources={"io_manager": StoredInputs(store)},
        raise_on_error=False,
    )
    (event,) = result.get_step_failure_events()
    assert "there is no numbers yet: materialize it first" in str(event.step_failure_data.error)


def test_an_asset_over_all_projects_gets_those_that_have_data(store, instance):
    instance.add_dynamic_partitions(PROJECTS.name, ["etcd", "helm"])
    with store.draft("words", "etcd", "r") as draft:
        draft.write("words", pl.DataFrame({"n": [1]}))
    seen = {}

    @dg.asset(partitions_def=PROJECTS)
    def words() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    @dg.asset
    def total(words: dict[str, Version]) -> dg.MaterializeResult:
        seen.update(words)
        return dg.MaterializeResult()

    dg.materialize(
        [words, total],
        selection=["total"],
        instance=instance,
        resources={"io_manager": StoredInputs(store)},
    )
    assert list(seen) == ["etcd"]
    assert seen["etcd"].partition == "etcd"


def test_an_asset_that_returns_a_value_is_told_how_to(store):
    @dg.asset
    def wrong():
        return 3

    with pytest.raises(TypeError, match=r"yield from refresh\(\.\.\.\) instead"):
        dg.materialize([wrong], resources={"io_manager": StoredInputs(store)})


def judged_words(store, words, *, rebuild=False, previous=None):
    """Run an asset that stores these words, and may not store none."""
    check = Check(
        "has_words",
        "There is at least one word.",
        lambda version: dg.AssetCheckResult(passed=version.table("words").height > 0),
        blocking=True,
    )

    @dg.asset(name="words", check_specs=specs("words", [check]))
    def words_asset(context: dg.AssetExecutionContext):
        def build(draft):
            if previous is not None:
                previous.append(draft.previous)
            draft.write("words", pl.DataFrame({"word": words}, schema={"word": pl.String}))

        yield from refresh(
            context, store, build, lambda _: {}, code="1", inputs={"n": str(words)}, checks=[check]
        )

    return dg.materialize(
        [words_asset],
        resources={"io_manager": StoredInputs(store)},
        tags={tags.REBUILD: "true"} if rebuild else {},
        raise_on_error=False,
    )


def test_what_fails_a_blocking_check_is_not_published(store):
    assert judged_words(store, ["a"]).success
    good = store.require("words").digest
    result = judged_words(store, [])
    assert not result.success
    assert store.require("words").digest == good
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == ("has_words", False)


def test_a_rebuild_makes_it_again_without_the_last_version(store):
    judged_words(store, ["a"])
    before = store.require("words").digest
    previous = []
    judged_words(store, ["a"], previous=previous)
    assert previous == []  # nothing to do
    result = judged_words(store, ["a"], rebuild=True, previous=previous)
    assert previous == [None]
    (event,) = result.get_asset_materialization_events()
    assert event.materialization.metadata["changed"].value is False
    assert store.require("words").digest == before
