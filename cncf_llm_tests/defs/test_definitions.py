"""Every definition says what people need to know of it, and Dagster accepts them all."""

from importlib import resources

import dagster as dg
import pytest
import yaml

from cncf_llm.definitions import defs
from cncf_llm.defs import pools
from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.schedules import SCHEDULES
from cncf_llm.defs.catalogue import TABLES

GRAPH = defs.resolve_asset_graph()
SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
NO_TABLE = {  # models and folders of files
    "base_model",
    "adapter",
    "landscape_adapter",
    "entity_recognizer",
    "model_release",
    "qa_dataset",
    "review_verdicts",
}
COSTS = {"network", "cpu", "gpu", "endpoint"}
GPU = ("base_model", "adapter", "landscape_adapter", "benchmark_scores", "landscape_scores")
NETWORK = ("repository_documents", "website_documents", "stackoverflow_threads")


def lacking(spec: dg.AssetSpec, external: bool = False) -> list[str]:
    """Name what an asset's definition lacks."""
    has = {
        "a description": (spec.description or "").endswith("."),
        "an owner": bool(spec.owners),
        "a kind": bool(spec.kinds) or external,
        "a group": spec.group_name not in (None, "default"),
        "a code version": bool(spec.code_version) or external,
        "a cost": spec.tags.get(tags.COST) in COSTS,
        "columns": spec.key.to_user_string() in NO_TABLE
        or "dagster/column_schema" in spec.metadata,
    }
    return [thing for thing, there in has.items() if not there]


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_asset_is_described(name):
    assert lacking(SPECS[name], external=not GRAPH.get(SPECS[name].key).is_materializable) == []


def test_an_asset_without_anything_is_found():
    assert lacking(dg.AssetSpec("bare")) == [
        "a description",
        "an owner",
        "a kind",
        "a group",
        "a code version",
        "a cost",
        "columns",
    ]


def test_column_lineage_names_columns_that_exist():
    found = 0
    for name, spec in SPECS.items():
        lineage = spec.metadata.get("dagster/column_lineage")
        for column, sources in lineage.deps_by_column.items() if lineage else ():
            assert column in TABLES[name].columns, (name, column)
            for source in sources:
                theirs = TABLES[source.asset_key.to_user_string()].columns
                assert source.column_name in theirs, (name, source)
                assert source.asset_key in GRAPH.get(spec.key).parent_keys, (name, source)
                found += 1
    assert found > 50


def test_every_check_says_what_holds():
    specs = [spec for asset in GRAPH.assets_defs for spec in asset.check_specs]
    assert len(specs) > 20
    for spec in specs:
        assert (spec.description or "").endswith("."), spec.key


def test_every_job_is_described_and_tagged():
    for job in defs.jobs or []:
        assert (job.description or "").endswith("."), job.name
        said = job.tags or {}
        assert said[tags.TRIGGER] == "person"
        assert said[tags.COST] in COSTS


def test_every_schedule_and_sensor_is_described_and_off_until_switched_on():
    for each in [*(defs.sensors or []), *(defs.schedules or [])]:
        assert each.description, each.name
        assert each.default_status.value == "STOPPED", each.name
    for schedule in SCHEDULES:
        assert schedule.execution_timezone == "UTC"


def test_what_is_shared_is_in_a_pool_and_what_may_pass_is_tried_again():
    pools_of = {name: set(GRAPH.get(spec.key).pools or ()) for name, spec in SPECS.items()}
    assert {name: used for name, used in pools_of.items() if used} == {
        "repository_documents": {pools.GITHUB},
        "stackoverflow_threads": {pools.STACKOVERFLOW},
        "written_pairs": {pools.LLM_ENDPOINT},
        **{name: {pools.GPU} for name in GPU},
    }
    retried = {
        asset.key.to_user_string()
        for asset in GRAPH.assets_defs
        if asset.is_executable and asset.op.retry_policy
    }
    assert retried == {*GPU, *NETWORK}


def test_the_dagster_yaml_of_a_laptop_is_accepted(tmp_path):
    text = resources.files("cncf_llm").joinpath("dagster.yaml").read_text()
    with dg.instance_for_test(overrides=yaml.safe_load(text), temp_dir=str(tmp_path)) as instance:
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1


def test_all_definitions_load():
    dg.Definitions.validate_loadable(defs)
