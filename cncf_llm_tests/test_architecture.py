"""The layers of docs/architecture.md, asserted by reading every import; and what loading costs."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cncf_llm"
STAGES = (
    "store",
    "landscape",
    "ingest",
    "corpus",
    "entities",
    "questions",
    "training",
    "evaluation",
    "release",
)
HEAVY = {
    "datasets",
    "evaluate",
    "mlflow",
    "peft",
    "scrapy",
    "spacy",
    "torch",
    "transformers",
    "trl",
}


def imports(source: str) -> set[str]:
    """Return every module named by an import statement anywhere in the source."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def offences(stage: str, source: str) -> list[str]:
    """Return the imports that a stage may not have: Dagster, the layers above, later stages."""
    allowed = STAGES[: STAGES.index(stage) + 1]
    return sorted(
        name
        for name in imports(source)
        if name.split(".")[0].startswith("dagster")
        or (
            name.startswith("cncf_llm.")
            and name.split(".")[1] not in (*allowed, "__version__", "VERSION")
        )
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_no_dagster_and_no_later_stage(stage):
    files = sorted((PACKAGE / stage).rglob("*.py"))
    assert files
    found = {file.name: offences(stage, file.read_text()) for file in files}
    assert {name: names for name, names in found.items() if names} == {}


def test_the_layering_test_sees_what_it_looks_for():
    assert offences("corpus", "import dagster as dg") == ["dagster"]
    assert offences("corpus", "def f():\n    from cncf_llm.training import lora") == [
        "cncf_llm.training.lora"
    ]
    assert offences("corpus", "from cncf_llm.defs.storage import refresh") == [
        "cncf_llm.defs.storage.refresh"
    ]
    assert offences("corpus", "from cncf_llm.ingest import DOCUMENTS\nimport polars") == []


def test_folders_are_the_stages_that_the_documentation_names():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == {*STAGES, "commands", "defs", "metrics", "sample"}


LOAD = """
import json, sys, time
import cncf_llm.definitions
modules = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps({"seconds": time.process_time(), "modules": modules}))
"""


def load_definitions(folder):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOAD],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return json.loads(done.stdout)


def test_loading_the_definitions_is_light(tmp_path):
    loads = [load_definitions(tmp_path) for _ in range(3)]
    assert HEAVY & set(loads[0]["modules"]) == set()
    # Processor time, the best of three: what others do on the machine does not count.
    assert min(load["seconds"] for load in loads) < 2.0
