"""Find a repository: in the mirror, in the cache, or at its remote."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cncf_llm.ingest.errors import MirrorError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.git_process import GitError, git
from cncf_llm.ingest.repository_name import RepositoryName

_REF = "refs/cncf-llm/head"
_FETCH = ("--quiet", "--no-tags", "--no-write-fetch-head", "--force")
_ABSENT = (
    "could not read Username",
    "not found",
    "does not appear to be a git repository",
    "HTTP 404",
    "error: 404",
)


@dataclass(frozen=True)
class LocalRepository:
    """A bare repository on this machine, the commit to read, and its permalink template if any."""

    git_dir: Path
    commit: str
    permalink: str | None = None


def find_repository(
    name: RepositoryName,
    *,
    mirror: Path | None,
    cache: Path,
    offline: bool = False,
    seconds: float = 600,
) -> LocalRepository:
    """Return where the repository can be read.

    With a `mirror` nothing else is contacted: it holds `<owner>__<name>.bundle`, or a bare
    repository `<owner>__<name>.git` or `<owner>__<name>`. Without one the default branch is
    fetched, one commit deep, from the https remote. Bundles and remotes are kept under
    `cache/<owner>__<name>/<commit>.git`; a fetch that fails or is killed changes none of them.

    Raises `UnreadableSourceError` (`not-in-mirror`, `damaged-bundle`, `incomplete-bundle`,
    `damaged-repository`, `no-default-branch`, `empty-repository`, `not-found`, `timed-out`,
    `unreachable`), `OfflineError`, `MirrorError`.
    """
    if mirror is not None:
        return _in_mirror(name, mirror, cache, seconds)
    if offline:
        raise OfflineError(
            f"Reading {name.url} would leave this machine, but CNCF_LLM_OFFLINE is on. "
            "Set CNCF_LLM_MIRROR to a folder with the repository, or turn CNCF_LLM_OFFLINE off."
        )
    return fetch_remote(name.url, cache / name.host / name.folder, seconds=seconds)


def fetch_remote(
    url: str, cache: Path, *, seconds: float, protocols: str = "https"
) -> LocalRepository:
    """Fetch the head of the remote's default branch unless the cache has it."""
    try:
        listed = git(["ls-remote", "--symref", "--", url, "HEAD"], protocols=protocols, seconds=60)
        commit = _heads(listed).get("HEAD")
        if commit is None:
            raise UnreadableSourceError("empty-repository", f"{url} has no default branch")
        options = ["--depth=1"]
        return _cached(cache, url, "HEAD", commit, options, protocols, seconds)
    except GitError as error:
        if error.timed_out:
            raise UnreadableSourceError("timed-out", f"{url}: {error}") from error
        absent = any(sign in error.output for sign in _ABSENT)
        reason = "not-found" if absent else "unreachable"
        raise UnreadableSourceError(reason, f"{url}: {error}") from error


def _in_mirror(name: RepositoryName, mirror: Path, cache: Path, seconds: float) -> LocalRepository:
    if not mirror.is_dir():
        raise MirrorError(
            f"The mirror {mirror} is not a folder. Set CNCF_LLM_MIRROR to a folder of "
            "<owner>__<name>.bundle files or bare repositories, or unset it."
        )
    bundle = mirror / f"{name.folder}.bundle"
    if bundle.is_file():
        return _from_bundle(bundle.absolute(), cache / "bundles" / name.folder, seconds)
    for folder in (mirror / f"{name.folder}.git", mirror / name.folder):
        if folder.is_dir():
            return _in_place(folder / ".git" if (folder / ".git").is_dir() else folder)
    raise UnreadableSourceError(
        "not-in-mirror", f"the mirror has neither {bundle.name} nor {name.folder}.git"
    )


def _from_bundle(bundle: Path, cache: Path, seconds: float) -> LocalRepository:
    try:
        heads = _heads(git(["bundle", "list-heads", str(bundle)]))
        if not heads:
            raise UnreadableSourceError("damaged-bundle", f"{bundle.name} lists no branch")
        branches = [ref for ref in heads if ref.startswith("refs/heads/")]
        if "HEAD" in heads:
            ref = "HEAD"
        elif len(branches) == 1:
            ref = branches[0]
        else:
            raise UnreadableSourceError(
                "no-default-branch", f"{bundle.name} has no HEAD and {len(branches)} branches"
            )
        return _cached(cache, str(bundle), ref, heads[ref], [], "file", seconds)
    except GitError as error:
        if error.timed_out:
            raise UnreadableSourceError("timed-out", f"{bundle.name}: {error}") from error
        incomplete = "prerequisite" in error.output
        reason = "incomplete-bundle" if incomplete else "damaged-bundle"
        raise UnreadableSourceError(reason, f"{bundle.name}: {error}") from error


def _in_place(folder: Path) -> LocalRepository:
    try:
        commit = git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], git_dir=folder)
        configured = _config(folder)
    except GitError as error:
        raise UnreadableSourceError("damaged-repository", f"{folder.name}: {error}") from error
    return LocalRepository(folder, commit.decode().strip(), configured)


def _config(folder: Path) -> str | None:
    """Return the repository's permalink template."""
    try:
        said = git(["config", "--local", "--get", "cncf-llm.permalink"], git_dir=folder)
    except GitError as error:
        if error.output:
            raise
        return None  # exit status 1 without a word: not configured
    return said.decode("utf-8", "replace").strip() or None


def _heads(listed: bytes) -> Mapping[str, str]:
    """Return ref -> commit from `<commit><white space><ref>` lines."""
    lines = (line.split(None, 1) for line in listed.decode("utf-8", "replace").splitlines())
    return {
        line[1].strip(): line[0] for line in lines if len(line) == 2 and not line[0].endswith(":")
    }


def _cached(
    folder: Path,
    source: str,
    ref: str,
    commit: str,
    options: list[str],
    protocols: str,
    seconds: float,
) -> LocalRepository:
    """Return the cached repository at `commit`, fetched into a draft that is then renamed."""
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=seconds):
        ready = folder / f"{commit}.git"
        if ready.is_dir():
            return LocalRepository(ready, commit)
        for left_behind in folder.glob("draft*"):  # of a killed run: the lock is ours
            shutil.rmtree(left_behind)
        earlier = sorted(folder.glob("*.git"), key=lambda path: path.stat().st_mtime_ns)
        draft = folder / "draft"
        if earlier:  # its objects are reused; git replaces files and never writes into them
            shutil.copytree(earlier[-1], draft, copy_function=os.link)
        else:
            git(["init", "--quiet", "--bare", "--template=", str(draft)])
        try:
            git(
                ["fetch", *_FETCH, *options, "--", source, f"+{ref}:{_REF}"],
                git_dir=draft,
                protocols=protocols,
                seconds=seconds,
            )
            fetched = git(["rev-parse", "--verify", f"{_REF}^{{commit}}"], git_dir=draft)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        commit = fetched.decode().strip()  # the remote may have moved on since it was asked
        ready = folder / f"{commit}.git"
        if ready.is_dir():
            shutil.rmtree(draft)
        else:
            draft.rename(ready)
        for old in earlier[:-1]:  # the last one may still be in use by another run
            shutil.rmtree(old)
        return LocalRepository(ready, commit)
