"""Fetch no more than needed from a remote: one commit, its trees, and the blobs asked for.

A partial clone (https://git-scm.com/docs/partial-clone) whose remote is named on the command line
and never in the repository. So git cannot fetch a missing blob on its own when one is read.
"""

import base64
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.cache import REF, cached_repository, locked
from cncf_llm.ingest.git.process import GitError, git
from cncf_llm.ingest.git.tree import blob_sizes

_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no")
_FETCH += ("--filter=blob:none",)
_BLOBS = 1000
_PARTS = 32
_BATCH_BYTES = 100_000_000
_ABSENT = (
    "could not read Username",
    "not found",
    "does not appear to be a git repository",
    "HTTP 404",
    "error: 404",
)


@dataclass(frozen=True)
class Remote:
    """Where a repository is fetched from, and the transports that git may use for it."""

    url: str
    protocols: str = "https"


class _TooLargeError(GitError):
    """What git fetched grew beyond its limit on the disk."""


def remote_head(remote: Remote, *, seconds: float = 60) -> tuple[Remote, str]:
    """Return the commit of the default branch, and the remote that answered.

    That is another one when the repository was renamed: a redirect to a repository on the same
    host is followed once, any other is refused.

    Raises `UnreadableSourceError` (`empty-repository`, `not-found`, `rate-limited`,
    `refused-token`, `refused-redirect`, `timed-out`, `unreachable`).
    """
    try:
        return remote, _ask_head(remote, seconds)
    except GitError as error:
        if not _is_redirect(error):
            raise _unreadable(remote, error) from error
    moved = replace(remote, url=_new_address(remote.url, seconds))
    try:
        return moved, _ask_head(moved, seconds)
    except GitError as error:
        raise _unreadable(moved, error) from error


def _ask_head(remote: Remote, seconds: float) -> str:
    listed = _remote_git(["ls-remote", "--", remote.url, "HEAD"], remote, seconds=seconds)
    for line in listed.decode("ascii", "replace").splitlines():
        commit, _, ref = line.partition("\t")
        if ref == "HEAD":
            return commit
    raise UnreadableSourceError("empty-repository", f"{remote.url} has no default branch")


def fetch_commit(
    remote: Remote, folder: Path, *, seconds: float, file_bytes: int
) -> tuple[Path, str, Remote]:
    """Return a bare repository with the head of the default branch, the commit, and the remote.

    Only the commit and its trees are fetched, where the server knows filters, and only what the
    cache in `folder` does not have. Raises as `remote_head`, and `UnreadableSourceError`
    (`too-large`) when that needs more than `file_bytes` on disk.
    """
    remote, commit = remote_head(remote)

    def fetch(draft: Path) -> None:
        _fetch(remote, draft, ["--depth=1", "origin", f"+HEAD:{REF}"], seconds, file_bytes)

    try:
        git_dir, commit = cached_repository(folder, commit, fetch, seconds=seconds)
    except GitError as error:
        raise _unreadable(remote, error) from error
    return git_dir, commit, remote


def fetch_blobs(
    remote: Remote,
    git_dir: Path,
    oids: Sequence[str],
    *,
    seconds: float,
    file_bytes: int,
    total_bytes: int,
) -> dict[str, str]:
    """Fetch the blobs that are not there yet, and return why some were not: object id -> reason.

    `too-large`: more than `file_bytes`, compressed. `over-total-limit`: `total_bytes` had been
    fetched before. They come in requests of up to 1000, each of which is kept once complete, so
    a killed or failed fetch goes on where it stopped; a request that grows beyond 100 MB is asked
    again in parts. Raises `UnreadableSourceError` (`timed-out`,
    `unreachable`, ...).
    """
    refused: dict[str, str] = {}
    end = time.monotonic() + seconds
    with locked(git_dir.parent, seconds):
        missing = [oid for oid, size in blob_sizes(git_dir, oids).items() if size is None]
        batches = [missing[at : at + _BLOBS] for at in range(0, len(missing), _BLOBS)][::-1]
        before = _pack_bytes(git_dir)
        while batches:
            batch = batches.pop()
            room = total_bytes - (_pack_bytes(git_dir) - before)
            if room <= 0:
                refused |= dict.fromkeys(batch, "over-total-limit")
                continue
            # What cannot be compressed grows a little in a pack.
            limit = file_bytes * 101 // 100 + 4096 if len(batch) == 1 else _BATCH_BYTES
            left = max(1, end - time.monotonic())
            try:
                _fetch(remote, git_dir, ["--stdin", "origin"], left, limit, batch)
            except _TooLargeError:
                if len(batch) == 1:
                    refused[batch[0]] = "too-large"
                else:  # find out which one it is
                    step = -(-len(batch) // _PARTS)
                    batches += [batch[at : at + step] for at in range(0, len(batch), step)][::-1]
            except GitError as error:
                raise _unreadable(remote, error) from error
            finally:
                for left_behind in git_dir.glob("objects/pack/tmp_*"):
                    left_behind.unlink()
    return refused


def _pack_bytes(git_dir: Path) -> int:
    return sum(pack.stat().st_size for pack in git_dir.glob("objects/pack/*.pack"))


def _fetch(
    remote: Remote,
    git_dir: Path,
    arguments: list[str],
    seconds: float,
    file_bytes: int,
    lines: Sequence[str] = (),
) -> None:
    config = [f"remote.origin.url={remote.url}", "remote.origin.promisor=true"]
    config.append("remote.origin.partialclonefilter=blob:none")  # git would write it down otherwise
    if lines:  # as git's own fetch of missing blobs does: no talk about what is here
        config.append("fetch.negotiationAlgorithm=noop")
    arguments = [*(part for pair in config for part in ("-c", pair)), *_FETCH, *arguments]
    try:
        _remote_git(
            arguments, remote, git_dir=git_dir, seconds=seconds, file_bytes=file_bytes, lines=lines
        )
    except GitError as error:
        # The kernel stopped index-pack at the limit; git says of it only that its output is odd.
        parts = [part.stat().st_size for part in git_dir.glob("objects/pack/tmp_*")]
        if any(size >= file_bytes // 512 * 512 for size in parts):
            raise _TooLargeError(f"more than {file_bytes:,} bytes", error.output) from error
        raise


def _remote_git(arguments: list[str], remote: Remote, **options) -> bytes:
    environment = github_authorization()
    return git(arguments, protocols=remote.protocols, environment=environment, **options)


def github_authorization() -> dict[str, str]:
    """Return the environment that makes git send `GITHUB_TOKEN` to https://github.com only.

    Empty when the variable is not set. The token is on no command line, where others could see it.
    """
    token = os.environ.get("GITHUB_TOKEN", "").strip()
    if not token:
        return {}
    login = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.https://github.com/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {login}",
    }


def _is_redirect(error: GitError) -> bool:
    return any(f"error: {status}" in error.output for status in (301, 302, 303, 307, 308))


def _new_address(url: str, seconds: float) -> str:
    """Return where the host says that the repository is now."""
    import httpx

    path = "/info/refs?service=git-upload-pack"
    try:
        # Streamed: the answer's head is all that is read of it.
        with httpx.stream("GET", url + path, timeout=min(30.0, seconds)) as answer:
            location = str(answer.url.join(answer.headers.get("location", "")))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreadableSourceError("unreachable", f"{url}: {error}") from error
    target, here = urlsplit(location), urlsplit(url)
    address = location.removesuffix(path).removesuffix("/").removesuffix(".git")
    if (target.scheme, target.netloc) != (here.scheme, here.netloc) or not location.endswith(path):
        raise UnreadableSourceError(
            "refused-redirect",
            f"{url} redirects to {address[:200]}; only another name on the same host is followed",
        )
    return address


def _unreadable(remote: Remote, error: GitError) -> UnreadableSourceError:
    """Return what a failure at the remote means. Only `not-found` says that it is gone."""
    detail = f"{remote.url}: {error}"
    if error.timed_out:
        return UnreadableSourceError("timed-out", detail)
    if isinstance(error, _TooLargeError):
        return UnreadableSourceError("too-large", detail)
    if "error: 429" in error.output:
        return UnreadableSourceError("rate-limited", detail)
    if "Authentication failed" in error.output and github_authorization():
        return UnreadableSourceError("refused-token", f"{detail}. Is GITHUB_TOKEN still valid?")
    absent = any(sign in error.output for sign in (*_ABSENT, "Authentication failed"))
    return UnreadableSourceError("not-found" if absent else "unreachable", detail)
