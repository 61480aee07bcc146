"""A store that the environment alone describes, as in a pod, under a real asset."""

import dagster as dg

from cncf_llm.defs.landscape import landscape
from cncf_llm.defs.resources import open_store, resources
from cncf_llm.settings import Settings


def test_a_real_asset_is_stored_in_a_bucket_that_the_environment_names(
    s3, tmp_path, monkeypatch, instance
):
    monkeypatch.setenv("CNCF_LLM_STORE", f"{s3}/data")
    monkeypatch.setenv("CNCF_LLM_HOME", str(tmp_path / "pod"))
    result = dg.materialize([landscape], instance=instance, resources=resources(Settings()))
    (event,) = result.asset_materializations_for_node("landscape")
    monkeypatch.setenv("CNCF_LLM_HOME", str(tmp_path / "another pod"))
    version = open_store(Settings()).require("landscape")
    assert event.tags["dagster/data_version"] == version.digest
    assert event.metadata["data"].value == f"{s3}/data/landscape/_/{version.digest}"
    assert version.table("projects").height > 0
