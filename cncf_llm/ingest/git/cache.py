"""Repositories kept on this machine: one folder a commit, made in a draft and then renamed."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.process import GitError, git

REF = "refs/cncf-llm/head"
_PACKS = 50


@contextmanager
def locked(folder: Path, seconds: float) -> Iterator[None]:
    """Keep other processes out of the cache of one repository.

    Raises `UnreadableSourceError` (`timed-out`) when another holds it for `seconds`.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        detail = f"another process has held {folder} for {seconds:g} s"
        raise UnreadableSourceError("timed-out", detail) from error
    try:
        yield
    finally:
        lock.release()


def cached_repository(
    folder: Path, commit: str, fetch: Callable[[Path], None], *, seconds: float
) -> tuple[Path, str]:
    """Return the bare repository `<commit>.git` in the folder, and its commit.

    If it is not there, `fetch` has to bring `REF` into a bare repository, which has the objects
    of the commit before. The commit returned is the one that it brought: a remote may have moved
    on. A fetch that fails or is killed changes nothing. Raises what `fetch` raises.
    """
    with locked(folder, seconds):
        ready = folder / f"{commit}.git"
        if ready.is_dir():
            return ready, commit
        earlier = sorted(folder.glob("*.git"), key=lambda path: path.stat().st_mtime_ns)
        draft = folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)  # of a killed run: the lock is ours
        try:
            try:
                _start(draft, earlier[-1] if earlier else None)
                fetch(draft)
            except GitError as error:
                if not earlier or error.timed_out:
                    raise
                shutil.rmtree(draft)  # what was there before may be the damaged part
                _start(draft, None)
                fetch(draft)
            brought = git(["rev-parse", "--verify", f"{REF}^{{commit}}"], git_dir=draft)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        commit = brought.decode().strip()
        ready = folder / f"{commit}.git"
        if ready.is_dir():
            shutil.rmtree(draft)
        else:
            draft.rename(ready)
        for old in earlier[:-1]:  # the last one may still be in use by another run
            shutil.rmtree(old)
        return ready, commit


def _start(draft: Path, earlier: Path | None) -> None:
    # Each update adds a pack; after many it is cheaper to fetch what is needed once more.
    if earlier and len(list(earlier.glob("objects/pack/*.pack"))) < _PACKS:
        # Linked, not copied: git replaces files and never writes into them.
        shutil.copytree(
            earlier, draft, copy_function=os.link, ignore=shutil.ignore_patterns("tmp_*")
        )
    else:
        git(["init", "--quiet", "--bare", "--template=", str(draft)])
