"""Bundles: a repository's default branch with its history, as one file that git can clone.

Made where there is network, carried to where there is none (https://git-scm.com/docs/git-bundle).
A bundle that is there already is where the next fetch starts, so an update brings new commits only.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.process import GitError, git
from cncf_llm.ingest.git.remote import Remote, github_authorization, remote_head

_BRANCH = "refs/heads/main"
_FETCH = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"]


@dataclass(frozen=True)
class Bundled:
    """One bundle: its file, the commit of the default branch, its size, whether it is new."""

    file: Path
    commit: str
    bytes: int
    changed: bool


def bundle_repository(
    remote: Remote, file: Path, *, seconds: float = 3600, file_bytes: int = 10_000_000_000
) -> Bundled:
    """Bring `file` up to the default branch of the remote.

    Its branch is called `main` in the bundle, whatever the remote calls it. The old bundle stays
    until the new one is complete. Raises `UnreadableSourceError` with the reasons of `remote_head`,
    and `too-large` for more than `file_bytes`.
    """
    remote, commit = remote_head(remote)
    if file.exists() and _head(file) == commit:
        return Bundled(file, commit, file.stat().st_size, changed=False)
    draft = file.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    partial = file.with_suffix(".partial")
    try:
        git(["init", "--quiet", "--bare", "--template=", str(draft)])
        if _head(file):
            earlier = [*_FETCH, "--", str(file), "+HEAD:refs/earlier"]
            git(earlier, git_dir=draft, protocols="file", seconds=seconds)
        git(
            [*_FETCH, "--", remote.url, f"+HEAD:{_BRANCH}"],
            git_dir=draft,
            protocols=remote.protocols,
            environment=github_authorization(),
            seconds=seconds,
            file_bytes=file_bytes,
        )
        git(["symbolic-ref", "HEAD", _BRANCH], git_dir=draft)
        create = ["bundle", "create", "--quiet", str(partial.absolute()), "HEAD", _BRANCH]
        git(create, git_dir=draft, seconds=seconds)
        partial.replace(file)
    except GitError as error:
        reason = "timed-out" if error.timed_out else "unreachable"
        large = any(
            part.stat().st_size >= file_bytes // 512 * 512
            for part in draft.glob("objects/pack/tmp_*")
        )
        raise UnreadableSourceError(
            "too-large" if large else reason, f"{remote.url}: {error}"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        partial.unlink(missing_ok=True)
    return Bundled(file, _head(file) or commit, file.stat().st_size, changed=True)


def _head(file: Path) -> str | None:
    """Return the commit of a bundle's HEAD; None when there is no whole bundle."""
    try:
        listed = git(["bundle", "list-heads", str(file), "HEAD"]).decode("ascii", "replace")
    except GitError:
        return None
    return listed.partition(" ")[0] or None
