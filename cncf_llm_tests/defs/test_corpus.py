"""The corpus asset through Dagster: what a sudden loss does to it."""

import dagster as dg
import pytest

from cncf_llm.defs.corpus import unified_corpus
from cncf_llm.defs.storage import StoredInputs
from cncf_llm.ingest import DOCUMENTS
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import content_hash

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
SOURCES = ["repository_documents", "website_documents", "stackoverflow_threads"]


def document(number):
    content = (
        f"# Chapter {number}\n\nThe {number}th chapter of the manual says that each of its readers "
        f"should know what the word {number} means before they go on to read the rest of it.\n"
    ).encode()
    return {
        **dict.fromkeys(DOCUMENTS.columns),
        "document_id": f"doc-{number}",
        "project": "etcd",
        "source": "repository",
        "repository": "etcd-io/etcd",
        "path": f"{number}.md",
        "revision": "c1",
        "media_type": "text/markdown",
        "licence": "Apache-2.0",
        "content": content,
        "content_hash": content_hash(content),
    }


@pytest.fixture
def unify(store, instance):
    """Return a function that materializes the corpus of so many documents."""
    instance.add_dynamic_partitions(PROJECTS.name, ["etcd"])

    def unify(count, **config):
        rows = {"repository_documents": [document(number) for number in NUMBERS[:count]]}
        for asset in SOURCES:
            with store.draft(asset, "etcd", "recipe") as draft:
                draft.write("documents", DOCUMENTS.frame(rows.get(asset, [])))
        return dg.materialize(
            [unified_corpus, *(dg.AssetSpec(asset, partitions_def=PROJECTS) for asset in SOURCES)],
            selection=[unified_corpus],
            partition_key="etcd",
            instance=instance,
            resources={"store": store, "settings": Settings(), "io_manager": StoredInputs(store)},
            run_config={"ops": {"unified_corpus": {"config": config}}},
            raise_on_error=False,
        )

    return unify


def passages(store):
    return store.require("unified_corpus", "etcd").table("passages").height


def checks(result):
    return {e.check_name: e.passed for e in result.get_asset_check_evaluations()}


def test_a_sudden_loss_is_refused_and_the_last_version_stays(unify, store):
    assert unify(12).success
    lost = unify(8)
    assert not lost.success
    assert checks(lost) == {"no_sudden_loss": False}
    (failure,) = lost.get_step_failure_events()
    assert "8 of 12 documents are left" in str(failure.step_failure_data.error)
    assert passages(store) == 12
    assert not unify(8).success  # and again, until somebody decides
    assert unify(9).success
    assert passages(store) == 9


def test_a_loss_that_somebody_accepts_is_published(unify, store):
    unify(12)
    accepted = unify(3, accept_loss=True)
    assert accepted.success
    assert checks(accepted)["no_sudden_loss"]
    assert passages(store) == 3
