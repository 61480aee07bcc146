"""Fetching from remotes: real repositories over file://."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cncf_llm.ingest import (
    OfflineError,
    RepositoryLimits,
    UnreadableSourceError,
    head_commit,
)
from cncf_llm.ingest.git import remote as git_remote
from cncf_llm.ingest.git.name import repository_name
from cncf_llm.ingest.git.process import GitError, git, git_output
from cncf_llm.ingest.git.remote import Remote, fetch_blobs, fetch_commit, remote_head
from cncf_llm.ingest.git.repository import DEFAULT_LIMITS, read_commit
from cncf_llm.ingest.git.source import LocalRepository
from cncf_llm.ingest.git.tree import blob_sizes
from cncf_llm.store import count_reasons
from cncf_llm_tests.ingest.conftest import Repository

NAME = repository_name("https://github.com/acme/tool")
TOKEN = "ghp_0123456789secret"  # of this form, but nobody's


def serve(repository: Repository, *, filters: bool = True) -> Remote:
    """Let the repository be fetched from as GitHub lets it."""
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        repository.git("config", key, str(filters).lower())
    return Remote(f"file://{repository.folder}", "file")


def fetch(remote: Remote, cache: Path, limits: RepositoryLimits = DEFAULT_LIMITS):
    git_dir, commit, remote = fetch_commit(remote, cache, seconds=60, file_bytes=limits.fetch_bytes)
    return LocalRepository(git_dir, commit, remote=remote)


def read(remote: Remote, cache: Path, previous=None, limits: RepositoryLimits = DEFAULT_LIMITS):
    found = fetch(remote, cache, limits)
    return read_commit(NAME, found, project="tool", previous=previous, limits=limits)


def blobs_here(cache: Path) -> set[bytes]:
    """Return the content of every blob in the newest repository of the cache."""
    newest = max(cache.glob("*.git"), key=lambda path: path.stat().st_mtime_ns)
    every = ["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]
    kinds = git(every, git_dir=newest).decode().split("\n")
    return {
        git(["cat-file", "blob", line.split()[1]], git_dir=newest)
        for line in kinds
        if line.startswith("blob")
    }


def test_only_documentation_and_licences_are_fetched(new_repository, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "old", "main.go": "package old"})
    commit = tool.commit(
        {"a.md": "a", "docs/b.md": "b", "main.go": "package main", "LICENSE": "MIT License"}
        | {f"pkg/{n}.go": f"package p{n}" for n in range(50)}
        | {"vendor/x/LICENSE": "of others"}
    )
    remote = serve(tool)
    reading = read(remote, cache)
    assert reading.documents["path"].to_list() == ["a.md", "docs/b.md"]
    assert reading.facts["commit"] == commit
    assert blobs_here(cache) == {b"a", b"b", b"MIT License"}
    assert (cache / f"{commit}.git" / "shallow").read_text().strip() == commit


def test_an_update_fetches_new_blobs_only_and_keeps_the_earlier_ones(
    new_repository, cache, monkeypatch
):
    tool = new_repository("tool")
    tool.commit({"same.md": "same", "edited.md": "old", "main.go": "old"})
    remote = serve(tool)
    read(remote, cache)
    tool.commit({"edited.md": "new", "main.go": "new"})
    asked: list[str] = []
    real = git_remote.git

    def watched(arguments, **options):
        asked.extend(options.get("lines", ()))
        return real(arguments, **options)

    monkeypatch.setattr(git_remote, "git", watched)
    second = read(remote, cache)
    assert asked == [tool.git("rev-parse", "HEAD:edited.md")]
    assert second.documents["content"].to_list() == [b"new", b"same"]
    assert blobs_here(cache) == {b"same", b"old", b"new"}
    asked.clear()
    assert read(remote, cache).documents.equals(second.documents)
    assert asked == []


def test_what_is_known_from_the_last_reading_is_not_fetched_into_an_empty_cache(
    new_repository, tmp_path
):
    tool = new_repository("tool")
    tool.commit({"same.md": "same", "edited.md": "old"})
    remote = serve(tool)
    before = read(remote, tmp_path / "one").documents
    tool.commit({"edited.md": "new"})
    after = read(remote, tmp_path / "two", previous=before)
    assert blobs_here(tmp_path / "two") == {b"new"}
    assert (after.facts["unchanged"], after.facts["changed"]) == (1, 1)


def test_a_server_without_filters_sends_everything_once(new_repository, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "a", "main.go": "package main"})
    remote = serve(tool, filters=False)
    assert read(remote, cache).documents["content"].to_list() == [b"a"]
    assert b"package main" in blobs_here(cache)
    tool.commit({"b.md": "b"})
    assert read(remote, cache).documents["content"].to_list() == [b"a", b"b"]


def test_a_missing_blob_is_never_fetched_by_reading_it(new_repository, cache):
    tool = new_repository("tool")
    tool.commit({"main.go": "package main"})
    found = fetch(serve(tool), cache)
    oid = tool.git("rev-parse", "HEAD:main.go")
    assert blob_sizes(found.git_dir, [oid]) == {oid: None}
    with pytest.raises(GitError):
        git(["cat-file", "blob", oid], git_dir=found.git_dir, protocols="file")
    assert blob_sizes(found.git_dir, [oid]) == {oid: None}


def test_a_fetch_that_was_cut_off_goes_on_where_it_stopped(new_repository, cache, monkeypatch):
    tool = new_repository("tool")
    tool.commit({f"{n}.md": f"text {n}" for n in range(9)})
    remote = serve(tool)
    monkeypatch.setattr(git_remote, "_BLOBS", 2)
    real, calls = git_remote.git, []

    def dies_at_the_third(arguments, **options):
        if options.get("lines"):
            calls.append(options["lines"])
            if len(calls) == 3:
                raise KeyboardInterrupt
        return real(arguments, **options)

    monkeypatch.setattr(git_remote, "git", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        read(remote, cache)
    assert len(blobs_here(cache)) == 4
    (next(cache.glob("*.git")) / "objects" / "pack" / "tmp_pack_x").write_bytes(b"half")
    assert read(remote, cache).documents.height == 9
    assert sorted(len(lines) for lines in calls[3:]) == [1, 2, 2]
    assert not list(cache.rglob("tmp_*"))


def test_a_file_too_large_to_fetch_is_a_drop_and_leaves_nothing_on_the_disk(new_repository, cache):
    tool = new_repository("tool")
    small = {f"{n}.md": f"text {n}" for n in range(5)}
    tool.commit(small | {"noise.pdf": os.urandom(3_000_000)})
    limits = RepositoryLimits(file_bytes=1_000_000)
    fetched = read(serve(tool), cache, limits=limits)
    assert fetched.documents.height == 5
    assert count_reasons(fetched.drops) == {"too-large": 1}


def test_the_noise_of_many_large_files_stops_at_the_total(new_repository, cache, monkeypatch):
    monkeypatch.setattr(git_remote, "_BATCH_BYTES", 100_000)
    tool = new_repository("tool")
    tool.commit({f"{n}.pdf": os.urandom(90_000) for n in range(8)})
    limits = RepositoryLimits(file_bytes=100_000, total_bytes=200_000)
    reading = read(serve(tool), cache, limits=limits)
    assert count_reasons(reading.drops) == {"over-total-limit": 6}
    assert sum(f.stat().st_size for f in cache.rglob("*") if f.is_file()) < 400_000


def test_a_snapshot_beyond_the_limit_is_refused(new_repository, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "a", "noise.bin": os.urandom(2_000_000)})
    remote = serve(tool, filters=False)
    with pytest.raises(UnreadableSourceError, match="too-large"):
        read(remote, cache, limits=RepositoryLimits(fetch_bytes=500_000))
    assert not [file for file in cache.rglob("*") if file.is_file() and file.stat().st_size]


@pytest.mark.slow
def test_a_gigabyte_of_zeros_is_neither_held_nor_read(new_repository, cache):
    tool = new_repository("tool")
    with (tool.folder / "zeros.md").open("wb") as file:
        file.truncate(1 << 30)
    tool.commit({"a.md": "a"})
    code = (
        "import resource; from pathlib import Path\n"
        "from cncf_llm_tests.ingest.git.test_remote import read, Remote\n"
        f"reading = read(Remote('file://{tool.folder}', 'file'), Path({str(cache)!r}))\n"
        "print(dict(zip(reading.drops['reason'], reading.drops['detail'])))\n"
        # Not ru_maxrss of this process: that begins with the peak of the one that started it.
        "status = Path('/proc/self/status').read_text()\n"
        "own = int(status.split('VmHWM:')[1].split()[0])\n"
        "git = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "assert own < 400_000 and git < 400_000, (own, git)"
    )
    serve(tool)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1,073,741,824 bytes" in done.stdout


def test_a_full_disk_is_an_error_of_its_own_and_the_cache_stays(new_repository, cache, tmp_path):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    remote = serve(tool)
    read(remote, cache)
    tool.commit({"b.md": os.urandom(3_000_000)})
    code = (
        "from pathlib import Path; import os\n"
        "from cncf_llm_tests.ingest.git.test_remote import read, Remote\n"
        f"cache = Path({str(cache)!r})\n"
        "try:\n"
        f"    read(Remote('file://{tool.folder}', 'file'), cache)\n"
        "except OSError as error:\n"
        "    print(repr(error))\n"
        "tool = sorted(path.name for path in cache.glob('*.git'))\n"
        "left = [str(path) for path in cache.rglob('tmp_*')]\n"
        "print(left, tool)\n"
    )
    small_disk = (
        f"mkdir {tmp_path}/disk && mount -t tmpfs -o size=1m none {tmp_path}/disk && "
        f'cp -r {cache} {tmp_path}/disk/cache && exec "$0" -c "$1"'
    )
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", small_disk, sys.executable,
         code.replace(str(cache), f"{tmp_path}/disk/cache")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("a small disk cannot be mounted here: " + done.stderr.strip())
    assert "No space left on device" in done.stdout, done.stderr
    assert "[]" in done.stdout


def test_the_head_of_a_remote_without_fetching(new_repository, cache):
    tool = new_repository("tool")
    commit = tool.commit({"a.md": "a"})
    assert remote_head(serve(tool)) == (serve(tool), commit)


def test_head_commit_of_a_mirror(new_repository, mirror):
    tool = new_repository("tool")
    commit = tool.commit({"a.md": "a"})
    with pytest.raises(UnreadableSourceError, match="not-in-mirror"):
        head_commit(NAME.url, mirror=mirror)
    with pytest.raises(UnreadableSourceError, match="refused-url"):
        head_commit("ext::sh -c true", mirror=mirror)
    with pytest.raises(OfflineError, match=NAME.url):
        head_commit(NAME.url, mirror=None, offline=True)
    tool.bare(mirror / "acme__tool.git")
    assert head_commit(NAME.url, mirror=mirror) == commit
    tool.bundle(mirror / "acme__tool.bundle")
    assert head_commit(NAME.url, mirror=mirror) == commit


def test_a_damaged_cache_does_not_keep_an_update_from_coming(new_repository, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    remote = serve(tool)
    read(remote, cache)
    for pack in cache.rglob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:-30])
    tool.commit({"a.md": "b"})
    assert read(remote, cache).documents["content"].to_list() == [b"b"]


def test_packs_do_not_pile_up(new_repository, cache, monkeypatch):
    monkeypatch.setattr("cncf_llm.ingest.git.cache._PACKS", 4)
    tool = new_repository("tool")
    remote = serve(tool)
    for n in range(4):
        tool.commit({"a.md": f"{n}"})
        read(remote, cache)
        newest = max(cache.glob("*.git"), key=lambda path: path.stat().st_mtime_ns)
        assert len(list(newest.glob("objects/pack/*.pack"))) <= 5


def test_the_token_is_on_no_command_line(new_repository, cache, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    lines: list[str] = []
    real = subprocess.Popen

    def watched(command, **options):
        lines.append(" ".join(command))
        return real(command, **options)

    monkeypatch.setattr(subprocess, "Popen", watched)
    reading = read(serve(tool), cache)
    secrets = [TOKEN, git_remote.github_authorization()["GIT_CONFIG_VALUE_0"].split()[-1]]
    said = "\n".join([*lines, repr(reading.facts)])
    assert len(lines) > 4
    assert not [secret for secret in secrets if secret in said]
    for file in cache.rglob("*"):
        if file.is_file():
            assert not [secret for secret in secrets if secret.encode() in file.read_bytes()]


def test_without_a_token_nothing_is_sent(monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    assert git_remote.github_authorization() == {}


def test_git_is_stopped_when_its_reader_gives_up(new_repository):
    tool = new_repository("tool")
    tool.commit({"a.md": "a" * 1_000_000})
    oid = tool.git("rev-parse", "HEAD:a.md")
    with (
        pytest.raises(ZeroDivisionError),
        git_output(["cat-file", "blob", oid], git_dir=tool.folder / ".git"),
    ):
        raise ZeroDivisionError


def test_blobs_of_a_locked_cache(new_repository, cache):
    from filelock import FileLock

    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    found = fetch(serve(tool), cache)
    with FileLock(cache / ".lock"), pytest.raises(UnreadableSourceError, match="timed-out"):
        fetch_blobs(serve(tool), found.git_dir, [], seconds=0.1, file_bytes=10, total_bytes=10)
