"""Real git repositories, made in a temporary folder."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

AUTHOR = {
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.org",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.org",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def run_git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=os.environ | AUTHOR,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


class Repository:
    """A work tree, written to and committed by a test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        run_git(folder, "init", "--quiet", "--initial-branch=trunk")

    def git(self, *arguments: str) -> str:
        return run_git(self.folder, *arguments)

    def write(self, path: str, content: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, str | bytes] | None = None) -> str:
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def bundle(self, file: Path, *refs: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.git("bundle", "create", "--quiet", str(file), *(refs or ("HEAD", "trunk")))
        return file

    def bare(self, folder: Path) -> Path:
        run_git(self.folder, "clone", "--quiet", "--bare", ".", str(folder))
        return folder


@pytest.fixture
def new_repository(tmp_path: Path) -> Callable[[str], Repository]:
    """Return a function that makes an empty repository of the given name."""
    return lambda name: Repository(tmp_path / "work" / name)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"
