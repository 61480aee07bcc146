"""The asset `written_pairs` of one project over documents of ours: here, or as a process to kill.

`python -m cncf_llm_tests.questions.written.materialize DOCUMENTS` with `CNCF_LLM_LLM_*` set.
"""

import os
import sys
from pathlib import Path

import dagster as dg
import polars as pl

from cncf_llm.defs.storage import StoredInputs
from cncf_llm.defs.written_pairs import written_pairs
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store
from cncf_llm_tests.questions.literals import NODES
from cncf_llm_tests.questions.written.material import PROJECT, documents

KEY = "prometheus"
_UPSTREAM = (
    dg.AssetSpec("landscape"),
    dg.AssetSpec("unified_corpus", partitions_def=PROJECTS),
    dg.AssetSpec("entity_graph", partitions_def=PROJECTS),
)


def put(store: Store, passages: pl.DataFrame) -> None:
    """Store what the asset reads."""
    with store.draft("landscape", None, "recipe") as draft:
        row = {key: [PROJECT[key]] for key in ("project", "name", "content_hash")}
        draft.write("projects", pl.DataFrame(row))
    with store.draft("unified_corpus", KEY, "recipe") as draft:
        draft.write("passages", passages)
    with store.draft("entity_graph", KEY, "recipe") as draft:
        draft.write("nodes", NODES)


def materialize(store: Store, settings: Settings, instance: dg.DagsterInstance):
    """Run the asset and return what Dagster says of it."""
    instance.add_dynamic_partitions(PROJECTS.name or "", [KEY])
    return dg.materialize(
        [written_pairs, *_UPSTREAM],
        selection=[written_pairs],
        partition_key=KEY,
        instance=instance,
        resources={"store": store, "settings": settings, "io_manager": StoredInputs(store)},
        raise_on_error=False,
    )


def environment(folder: Path, base_url: str) -> dict[str, str]:
    """Return the environment of a process that runs this module."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CNCF_LLM", "DAGSTER"))}
    return clean | {
        "CNCF_LLM_HOME": str(folder),
        "CNCF_LLM_LLM_BASE_URL": base_url,
        "CNCF_LLM_LLM_MODEL": "tiny",
    }


if __name__ == "__main__":
    count = int(sys.argv[1])
    settings = Settings()
    store = Store(settings.store_root)
    put(store, documents(count))
    with dg.DagsterInstance.ephemeral() as instance:
        sys.exit(not materialize(store, settings, instance).success)
