"""Make a mirror folder of the sample: plain folders become bare git repositories."""

import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

from cncf_llm.ingest.git.process import GitError, git

SAMPLE = Path(__file__).parent
LANDSCAPE = SAMPLE / "landscape.yml"
ANNOTATED = SAMPLE / "entities.jsonl"

# One author and one date for all, so that equal files are an equal commit on every machine.
_COMMITTER = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (
        ("NAME", "cncf_llm sample"),
        ("EMAIL", "sample@cncf-llm.invalid"),
        ("DATE", "2025-01-01T00:00:00Z"),
    )
}
_BRANCH = "refs/heads/main"
_SETTINGS = ("core.fileMode=false", "core.autocrlf=false", "core.excludesFile=/dev/null")


def prepare_mirror(home: Path, *, sample: Path = SAMPLE) -> Path:
    """Return `home/sample-mirror`, brought up to date with the folders under `sample`.

    Each `repositories/<owner>__<name>/` becomes `<owner>__<name>.git` with one commit that depends
    on nothing but its files: an unchanged folder keeps its commit. Permalinks of such a repository
    read `sample:<owner>__<name>/<path>@<commit>`, those of pages `sample:websites/<host>/<path>`.
    Websites and Stack Exchange answers are linked. Safe to call from several processes at once.

    Raises `cncf_llm.ingest.git.process.GitError` when git is missing, `OSError` when `home` cannot
    be written.
    """
    mirror = home.absolute() / "sample-mirror"
    mirror.mkdir(parents=True, exist_ok=True)
    with FileLock(mirror / ".lock"):
        folders = sorted(path for path in (sample / "repositories").iterdir() if path.is_dir())
        for folder in folders:
            _commit(folder, mirror / f"{folder.name}.git")
        for bare in mirror.glob("*.git"):
            if bare.stem not in {folder.name for folder in folders}:
                shutil.rmtree(bare)
        for name in ("websites", "stackexchange"):
            _link(sample / name, mirror / name)
        template = mirror / ".websites.permalink"
        template.write_text("sample:websites/{site}{path}\n")
        template.replace(mirror / "websites.permalink")
    return mirror


def _commit(folder: Path, bare: Path) -> None:
    """Make the bare repository's only commit the state of the folder."""
    if not (bare / "config").is_file():
        _initialise(bare, folder.name)
    with tempfile.TemporaryDirectory() as scratch:
        environment = _COMMITTER | {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]

        def run(*arguments: str) -> str:
            output = git([*settings, *arguments], git_dir=bare, environment=environment)
            return output.decode().strip()

        run(f"--work-tree={folder}", "add", "--all", "--force", "--", ":/")
        tree = run("write-tree")
        commit = run("commit-tree", tree, "-m", "Sample documents")
        if commit != _current(bare):
            run("update-ref", _BRANCH, commit)


def _initialise(bare: Path, name: str) -> None:
    draft = bare.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(bare, ignore_errors=True)
    git(["init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(draft)])
    permalink = f"sample:{name}/{{path}}@{{commit}}"
    git(["config", "--local", "cncf-llm.permalink", permalink], git_dir=draft)
    draft.rename(bare)


def _current(bare: Path) -> str | None:
    try:
        return git(["rev-parse", "--verify", "--quiet", _BRANCH], git_dir=bare).decode().strip()
    except GitError:
        return None  # no commit yet


def _link(source: Path, link: Path) -> None:
    """Point `link` to `source`, in one step; without a source there is no link."""
    if link.is_symlink() and os.readlink(link) == str(source):
        return
    fresh = link.with_name(f".{link.name}")
    fresh.unlink(missing_ok=True)
    if source.is_dir():
        fresh.symlink_to(source, target_is_directory=True)
        fresh.replace(link)
    else:
        link.unlink(missing_ok=True)
