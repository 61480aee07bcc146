"""The whole graph on two projects of the sample, with small recipes: run, edited, killed."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from cncf_llm import sample
from cncf_llm.commands.plan import plan_waves
from cncf_llm.definitions import defs
from cncf_llm.lineage import children, find, parents
from cncf_llm.store import Store
from cncf_llm_tests.small_platform import small_landscape

pytestmark = pytest.mark.slow

# One asset of each stage; of the models, both kinds of training.
KILLED = (
    "landscape",
    "repository_documents",
    "unified_corpus",
    "base_model",
    "entity_graph",
    "qa_pairs",
    "dataset_release",
    "adapter",
    "benchmark_scores",
)
ASSETS = [(asset, wave.partitioned) for wave in plan_waves(defs) for asset in wave.assets]


class Platform:
    """A home of its own, and the command line in a process of its own."""

    def __init__(self, folder):
        self.home = folder / "home"
        self.mirror = sample.prepare_mirror(folder)
        self.landscape = small_landscape(folder / "landscape.yml", "etcd", "CoreDNS")
        self.store = Store(self.home / "data")

    def __call__(self, *arguments, code=0, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "cncf_llm_tests.small_platform", *arguments],
            capture_output=True,
            text=True,
            env={
                **{
                    k: v for k, v in os.environ.items() if not k.startswith(("CNCF_LLM", "DAGSTER"))
                },
                "CNCF_LLM_HOME": str(self.home),
                "CNCF_LLM_LANDSCAPE": str(self.landscape),
                "CNCF_LLM_MIRROR": str(self.mirror),
                "CNCF_LLM_OFFLINE": "1",
                **environment,
            },
        )
        assert done.returncode == code, f"{arguments}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def versions(self):
        """Return the digest of every partition of every asset."""
        keys = [
            (asset, project)
            for asset, partitioned in ASSETS
            for project in (("coredns", "etcd") if partitioned else (None,))
        ]
        return {key: self.store.require(*key).digest for key in keys}


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    platform = Platform(tmp_path_factory.mktemp("platform"))
    platform("run")
    return platform


def test_every_asset_of_the_graph_has_data(platform):
    assert len(platform.versions()) == len(ASSETS) + sum(partitioned for _, partitioned in ASSETS)
    for project in ("coredns", "etcd"):
        scores = platform.store.require("benchmark_scores", project).table("scores")
        assert set(scores["set"]) == {"recall", "unseen"}
        assert set(scores["model"]) == {"base", "adapter"}
        assert scores["n"].min() > 0
    landscape = platform.store.require("landscape_scores").table("scores")
    assert set(landscape["set"]) == {"recall", "unseen", "control"}


def test_again_with_nothing_changed_nothing_moves(platform):
    before = platform.versions()
    assert "0 changed" in platform("run")
    assert platform.versions() == before


def test_status_and_show_print_what_there_is(platform):
    status = platform("status", COLUMNS="200")
    assert "etcd" in status
    assert "recall" in status
    rows = platform("show", "qa_pairs", "--project", "etcd", "--limit", "3", "--format", "jsonl")
    pairs = [json.loads(line) for line in rows.splitlines()]
    assert len(pairs) == 3
    assert all(pair["question"] and pair["answer"] and pair["passage_ids"] for pair in pairs)


def test_an_unknown_project_is_exit_code_2(platform):
    platform("run", "--projects", "etcdd", code=2)


def test_a_score_and_a_pair_lead_to_commit_and_licence(platform):
    score = platform.store.require("benchmark_scores", "etcd").table("item_scores")["score_id"][0]
    pair = platform.store.require("qa_pairs", "etcd").table("pairs")
    pair_id = pair.filter(pair["kind"] == "setting")["qa_id"][0]
    for start in (score, pair_id):
        row = find(platform.store, start)
        while found := parents(platform.store, row):
            row = found[0]
        assert row.values["revision"]
        assert row.values["path"]
    assert row.values["licence"] in ("Apache-2.0", "CC-BY-4.0")
    assert row.values["url"].startswith("sample:etcd-io__")
    kinds, level = set(), [row]
    while level := children(platform.store, level):
        kinds |= {found.kind.name for found in level}
    assert {"passage", "fact", "question-answer pair"} <= kinds


def test_an_edited_document_moves_only_its_project(platform, tmp_path):
    copy = Platform.__new__(Platform)
    copy.__dict__.update(platform.__dict__)
    copy.home = tmp_path / "home"
    shutil.copytree(platform.home, copy.home)
    copy.store = Store(copy.home / "data")
    copy.mirror = tmp_path / "mirror"
    shutil.copytree(platform.mirror, copy.mirror, symlinks=True)
    edit_repository(copy.mirror / "coredns__coredns.git", "docs/plugins.md")
    before = copy.versions()
    printed = copy("run")
    moved = {key for key, digest in copy.versions().items() if before[key] != digest}
    assert ("repository_documents", "coredns") in moved
    assert ("unified_corpus", "coredns") in moved
    assert {key for key in moved if key[1] not in ("coredns", None)} == set()
    assert ("base_model", None) not in moved
    assert "changed coredns: repository_documents" in printed


def edit_repository(bare, path):
    """Commit a changed file to a bare repository."""
    work = bare.with_suffix(".work")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    subprocess.run([*git, "clone", "-q", str(bare), str(work)], check=True)
    file = work / path
    file.write_text(file.read_text() + "\n## Edited\n\nThis page was edited by a careful person.\n")
    subprocess.run([*git, "-C", str(work), "commit", "-qam", "Edit"], check=True)
    subprocess.run([*git, "-C", str(work), "push", "-q", "origin", "HEAD"], check=True)


def test_killed_in_the_middle_of_every_stage_the_result_is_the_same(platform, tmp_path):
    killed = Platform(tmp_path)
    for asset in KILLED:
        killed("run", code=-signal.SIGKILL, KILL_IN=asset)
    killed("run")
    assert killed.versions() == platform.versions()
