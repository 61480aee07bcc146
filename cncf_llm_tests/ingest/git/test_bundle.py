"""Bundles of real repositories, over file:// and read back as a mirror."""

import subprocess

import pytest

from cncf_llm.ingest import UnreadableSourceError, head_commit
from cncf_llm.ingest.git.bundle import bundle_repository
from cncf_llm.ingest.git.remote import Remote


def remote(repository) -> Remote:
    return Remote(f"file://{repository.folder}", "file")


def test_a_bundle_is_the_default_branch_and_can_be_cloned(new_repository, tmp_path):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    commit = tool.commit({"b.md": "b"})
    tool.git("branch", "other")
    made = bundle_repository(remote(tool), tmp_path / "acme__tool.bundle")
    assert (made.commit, made.changed) == (commit, True)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", made.file, clone], check=True)
    assert (clone / "b.md").read_text() == "b"
    branches = subprocess.run(
        ["git", "-C", clone, "branch", "-r"], check=True, capture_output=True, text=True
    ).stdout
    assert "other" not in branches
    assert head_commit("https://github.com/acme/tool", mirror=tmp_path) == commit


def test_an_update_replaces_the_bundle_and_no_change_leaves_it(new_repository, tmp_path):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    file = tmp_path / "acme__tool.bundle"
    bundle_repository(remote(tool), file)
    before = file.stat().st_mtime_ns
    assert not bundle_repository(remote(tool), file).changed
    assert file.stat().st_mtime_ns == before
    commit = tool.commit({"a.md": "changed"})
    assert bundle_repository(remote(tool), file).commit == commit
    assert [path.name for path in tmp_path.glob("acme*")] == [file.name]


def test_a_rewritten_branch_and_a_damaged_bundle_are_replaced(new_repository, tmp_path):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    file = tmp_path / "acme__tool.bundle"
    bundle_repository(remote(tool), file)
    tool.git("commit", "--quiet", "--amend", "-m", "another history")
    rewritten = tool.git("rev-parse", "HEAD")
    assert bundle_repository(remote(tool), file).commit == rewritten
    file.write_bytes(b"# v2 git bundle\n")
    assert bundle_repository(remote(tool), file).commit == rewritten


def test_a_remote_that_is_gone_or_too_large_leaves_the_last_bundle(new_repository, tmp_path):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    file = tmp_path / "acme__tool.bundle"
    bundle_repository(remote(tool), file)
    content = file.read_bytes()
    tool.commit({"noise.bin": bytes(i * i % 251 for i in range(100_000))})
    with pytest.raises(UnreadableSourceError) as caught:
        bundle_repository(remote(tool), file, file_bytes=512)
    assert caught.value.reason == "too-large"
    with pytest.raises(UnreadableSourceError) as caught:
        bundle_repository(Remote(f"file://{tmp_path}/none", "file"), file)
    assert caught.value.reason == "not-found"
    assert file.read_bytes() == content
    assert [path.name for path in tmp_path.glob("acme*")] == [file.name]
