"""Find a repository: in the mirror, in the cache, or at its remote."""

from dataclasses import dataclass
from pathlib import Path

from cncf_llm.ingest.errors import MirrorError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.git.cache import REF, cached_repository
from cncf_llm.ingest.git.name import RepositoryName, repository_name
from cncf_llm.ingest.git.process import GitError, git
from cncf_llm.ingest.git.remote import Remote, fetch_commit, remote_head


@dataclass(frozen=True)
class LocalRepository:
    """A bare repository on this machine and the commit to read.

    `permalink` is its template of permalinks, if any; `remote` is where missing blobs are.
    """

    git_dir: Path
    commit: str
    permalink: str | None = None
    remote: Remote | None = None


def find_repository(
    name: RepositoryName,
    *,
    mirror: Path | None,
    cache: Path,
    offline: bool = False,
    seconds: float = 600,
    file_bytes: int = 1_000_000_000,
) -> LocalRepository:
    """Return where the repository can be read.

    With a `mirror` nothing else is contacted: it holds `<owner>__<name>.bundle`, or a bare
    repository `<owner>__<name>.git` or `<owner>__<name>`. Without one the default branch is
    fetched, one commit deep and without blobs, from the https remote. Bundles and remotes are kept
    under `cache/<owner>__<name>/<commit>.git`; a fetch that fails or is killed changes none of
    them.

    Raises `UnreadableSourceError` (`not-in-mirror`, `damaged-bundle`, `incomplete-bundle`,
    `damaged-repository`, `no-default-branch`, and those of `fetch_commit`), `OfflineError`,
    `MirrorError`.
    """
    if mirror is None:
        remote = _remote(name, offline)
        folder = cache / name.host / name.folder
        git_dir, commit, remote = fetch_commit(
            remote, folder, seconds=seconds, file_bytes=file_bytes
        )
        return LocalRepository(git_dir, commit, remote=remote)
    found = _in_mirror(name, mirror)
    if found.is_dir():
        return LocalRepository(found, _own_head(found), _permalink(found))
    return _from_bundle(found, cache / "bundles" / name.folder, seconds)


def head_commit(
    url: str, *, mirror: Path | None, offline: bool = False, seconds: float = 60
) -> str:
    """Return the commit of the repository's default branch, without fetching anything.

    Asks what `find_repository` would read, and raises what it raises, and `refused-url`. `seconds`
    is for one answer of a remote; one that was renamed gives three.
    """
    name = repository_name(url)
    if mirror is None:
        return remote_head(_remote(name, offline), seconds=seconds)[1]
    found = _in_mirror(name, mirror)
    return _own_head(found) if found.is_dir() else _bundle_head(found)[1]


def _remote(name: RepositoryName, offline: bool) -> Remote:
    if offline:
        raise OfflineError(
            f"Reading {name.url} would leave this machine, but CNCF_LLM_OFFLINE is on. "
            "Set CNCF_LLM_MIRROR to a folder with the repository, or turn CNCF_LLM_OFFLINE off."
        )
    return Remote(name.url)


def _in_mirror(name: RepositoryName, mirror: Path) -> Path:
    """Return the bundle or the bare repository."""
    if not mirror.is_dir():
        raise MirrorError(
            f"The mirror {mirror} is not a folder. Set CNCF_LLM_MIRROR to a folder of "
            "<owner>__<name>.bundle files or bare repositories, or unset it."
        )
    bundle = mirror / f"{name.folder}.bundle"
    if bundle.is_file():
        return bundle.absolute()
    for folder in (mirror / f"{name.folder}.git", mirror / name.folder):
        if folder.is_dir():
            return folder / ".git" if (folder / ".git").is_dir() else folder
    raise UnreadableSourceError(
        "not-in-mirror", f"the mirror has neither {bundle.name} nor {name.folder}.git"
    )


def _bundle_head(bundle: Path) -> tuple[str, str]:
    """Return ref and commit of the bundle's default branch."""
    try:
        listed = git(["bundle", "list-heads", str(bundle)]).decode("utf-8", "replace")
    except GitError as error:
        raise _unreadable_bundle(bundle, error) from error
    lines = [line.partition(" ") for line in listed.splitlines()]
    heads = {ref: commit for commit, _, ref in lines}
    if not heads:
        raise UnreadableSourceError("damaged-bundle", f"{bundle.name} lists no branch")
    branches = [ref for ref in heads if ref.startswith("refs/heads/")]
    if "HEAD" in heads:
        return "HEAD", heads["HEAD"]
    if len(branches) == 1:
        return branches[0], heads[branches[0]]
    raise UnreadableSourceError(
        "no-default-branch", f"{bundle.name} has no HEAD and {len(branches)} branches"
    )


def _from_bundle(bundle: Path, folder: Path, seconds: float) -> LocalRepository:
    ref, commit = _bundle_head(bundle)
    arguments = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--"]
    arguments += [str(bundle), f"+{ref}:{REF}"]

    def fetch(draft: Path) -> None:
        git(arguments, git_dir=draft, protocols="file", seconds=seconds)

    try:
        git_dir, commit = cached_repository(folder, commit, fetch, seconds=seconds)
    except GitError as error:
        raise _unreadable_bundle(bundle, error) from error
    return LocalRepository(git_dir, commit)


def _unreadable_bundle(bundle: Path, error: GitError) -> UnreadableSourceError:
    reason = "incomplete-bundle" if "prerequisite" in error.output else "damaged-bundle"
    reason = "timed-out" if error.timed_out else reason
    return UnreadableSourceError(reason, f"{bundle.name}: {error}")


def _own_head(folder: Path) -> str:
    try:
        commit = git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], git_dir=folder)
    except GitError as error:
        raise UnreadableSourceError("damaged-repository", f"{folder.name}: {error}") from error
    return commit.decode().strip()


def _permalink(folder: Path) -> str | None:
    """Return the repository's permalink template."""
    try:
        said = git(["config", "--local", "--get", "cncf-llm.permalink"], git_dir=folder)
    except GitError as error:
        if error.output:
            raise UnreadableSourceError("damaged-repository", f"{folder.name}: {error}") from error
        return None  # exit status 1 without a word: not configured
    return said.decode("utf-8", "replace").strip() or None
