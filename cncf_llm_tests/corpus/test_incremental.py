"""From one commit to the next, the documents read are those that git says were added or changed."""

import subprocess
from pathlib import Path

import polars as pl
import pytest

from cncf_llm.corpus import Corpus, unify
from cncf_llm.ingest import read_repositories
from cncf_llm_tests.ingest.conftest import Repository, run_git

SENTENCE = "This page describes in a few plain words what the server does with"
SHARED = Path(__file__).parents[3] / "shared" / "corpus" / "repos"


def page(topic: str) -> str:
    return f"# About {topic}\n\n{SENTENCE} {topic}, and why it does so.\n"


def read(tmp_path: Path, name: str, previous: pl.DataFrame | None = None) -> pl.DataFrame:
    reading = read_repositories(
        "demo",
        [f"https://github.com/{name}"],
        mirror=tmp_path / "mirror",
        cache=tmp_path / "cache",
        previous=previous,
    )
    return reading.documents


def passages_of(corpus: Corpus, path: str) -> list[str]:
    return corpus.passages.filter(path=path)["passage_id"].to_list()


def test_documents_read_are_those_that_git_says_were_added_or_changed(tmp_path):
    repository = Repository(tmp_path / "work")
    repository.commit(
        {
            "LICENSE": "Apache License\nVersion 2.0, January 2004\n",
            "docs/same.md": page("disks"),
            "docs/changed.md": page("memory"),
            "docs/deleted.md": page("networks"),
            "docs/moved.md": page("clocks"),
            "docs/values.yaml": "replicas: 1\nimage: demo\n",
            "src/main.go": "package main\n",
        }
    )
    bare = repository.bare(tmp_path / "mirror" / "o__r.git")
    before = read(tmp_path, "o/r")
    first = unify(before, None)
    assert first.parsed == before.height == 5

    (repository.folder / "docs/deleted.md").unlink()
    (repository.folder / "docs/moved.md").rename(repository.folder / "docs/there.md")
    new: dict[str, str | bytes] = {
        "docs/changed.md": page("memory and caches"),
        "docs/added.md": page("queues"),
        "src/main.go": "package main // changed\n",
    }
    old_commit, commit = repository.git("rev-parse", "HEAD"), repository.commit(new)
    run_git(repository.folder, "push", "--quiet", str(bare), "trunk")
    after = read(tmp_path, "o/r", before)
    second = unify(after, first.tables)

    changes = repository.git("diff", "--name-status", "--no-renames", old_commit, commit, "docs")
    status = {line.split("\t")[1]: line[0] for line in changes.splitlines()}
    assert second.parsed == len([path for path, letter in status.items() if letter in "AM"]) == 3
    assert (second.reused, second.removed) == (2, 2)
    for path in ("docs/deleted.md", "docs/moved.md"):
        gone = passages_of(first, path)
        assert gone
        assert not second.tables["read_passages"]["passage_id"].is_in(gone).any()
    assert passages_of(first, "docs/same.md") == passages_of(second, "docs/same.md")
    revisions = dict(second.passages.select("path", "revision").iter_rows())
    assert revisions["docs/same.md"] == old_commit
    assert revisions["docs/changed.md"] == commit

    nothing = unify(read(tmp_path, "o/r", after), second.tables)
    assert (nothing.parsed, nothing.reused, nothing.removed) == (0, 5, 0)
    assert all(nothing.tables[name].equals(table) for name, table in second.tables.items())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["coredns__coredns.io"])
def test_half_a_year_of_a_real_project(tmp_path, name):
    bundle = SHARED / f"{name}.bundle"
    if not bundle.is_file():
        pytest.skip(f"needs {bundle.name} in {SHARED}")
    bare = tmp_path / "mirror" / f"{name}.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(bare)], check=True)
    run_git(bare, "update-ref", "refs/heads/main", "main~1")
    before = read(tmp_path, name.replace("__", "/"))
    first = unify(before.lazy(), None, workers=2)

    run_git(bare, "fetch", "--quiet", str(bundle), "+main:main")
    after = read(tmp_path, name.replace("__", "/"), before)
    second = unify(after.lazy(), first.tables, workers=2)

    changes = run_git(
        bare,
        "-c",
        "core.quotePath=false",
        "diff",
        "--name-status",
        "--no-renames",
        "main~1",
        "main",
    )
    changed = {
        path
        for line in changes.splitlines()
        for status, path in [line.split("\t")]
        if status in "AM"
    }
    assert second.parsed == len(changed & set(after["path"])) > 0
    assert second.removed == len(set(before["path"]) - set(after["path"]))
    scratch = unify(after.lazy(), None, workers=2)
    assert all(second.tables[table].equals(scratch.tables[table]) for table in scratch.tables)
