"""A mirror of many projects with a few small documents each, made for measuring."""

import os
import random
import subprocess
from contextlib import suppress
from pathlib import Path

from cncf_llm.ingest import UnreadableSourceError
from cncf_llm.ingest.git.name import repository_name
from cncf_llm.landscape import read_landscape

_SUBJECTS = (
    "controller scheduler proxy gateway operator cache registry collector agent store".split()
)
_VERBS = "watches reconciles forwards stores rejects rotates compresses validates exports".split()
_OBJECTS = "requests certificates volumes traces manifests tokens snapshots metrics events".split()
_PLACES = "a namespace,the data directory,each node,the control plane,a remote cluster".split(",")
_GIT = {
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.org",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def make_mirror(landscape: Path, mirror: Path, projects: list[str] | None = None) -> list[str]:
    """Make a bare repository for every repository that the landscape names; return the projects."""
    rows = read_landscape(str(landscape)).projects.sort("project").to_dicts()
    rows = [row for row in rows if projects is None or row["project"] in projects]
    for row in rows:
        for folder in _folders(mirror, row["repositories"]):
            if not folder.exists():
                _git(None, "init", "--quiet", "--bare", "--initial-branch=main", str(folder))
                commit(folder, row["project"], documents(row["project"], edition=1))
    return [row["project"] for row in rows if _folders(mirror, row["repositories"])]


def _folders(mirror: Path, urls: list[str]) -> list[Path]:
    """Return the bare repositories; the landscape has addresses that are none of a repository."""
    folders = []
    for url in urls:
        with suppress(UnreadableSourceError):
            folders.append(mirror / f"{repository_name(url).folder}.git")
    return folders


def change(landscape: Path, mirror: Path, project: str, edition: int) -> None:
    """Commit another edition of one document to the first repository of a project."""
    rows = read_landscape(str(landscape)).projects.to_dicts()
    [row] = [row for row in rows if row["project"] == project]
    folder = _folders(mirror, row["repositories"])[0]
    commit(folder, project, documents(project, edition))


def documents(project: str, edition: int) -> dict[str, str]:
    """Return path -> text of a project's documents; the edition changes one of them."""
    texts = {}
    for page in ("install", "configure", "operate", "changes"):
        seed = f"{project} {page} {edition if page == 'changes' else 1}"
        texts[f"docs/{page}.md"] = _page(random.Random(seed), project, page)
    texts["README.md"] = (
        f"<!-- SPDX-License-Identifier: Apache-2.0 -->\n# {project}\n\n{project} is a "
        f"{random.Random(project).choice(_SUBJECTS)} for clusters.\n"
    )
    return texts


def _page(draw: random.Random, project: str, page: str) -> str:
    lines = ["<!-- SPDX-License-Identifier: Apache-2.0 -->", f"# How to {page} {project}", ""]
    for section in range(4):
        subject, number = draw.choice(_SUBJECTS), draw.randrange(1000, 9999)
        lines += [f"## The {subject} {number}", ""]
        lines.append(
            " ".join(
                f"The {draw.choice(_SUBJECTS)} of {project} {draw.choice(_VERBS)} "
                f"{draw.choice(_OBJECTS)} in {draw.choice(_PLACES)} "
                f"within {draw.randrange(2, 900)} seconds."
                for _ in range(5)
            )
        )
        setting = f"{subject}-{draw.choice(_OBJECTS)}-{section}"
        lines += ["", f"Start it with `{project} {page} --{setting}={number}`.", ""]
        lines += ["| Setting | Default | Description |", "|---|---|---|"]
        lines += [f"| `{setting}` | `{number}` | How many {draw.choice(_OBJECTS)} it keeps. |", ""]
    return "\n".join(lines)


def commit(folder: Path, message: str, files: dict[str, str]) -> str:
    """Commit exactly these files to the default branch of a bare repository; return the commit."""
    head = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD", check=False)
    lines = ["commit refs/heads/main", "committer Somebody <s@example.org> 1700000000 +0000"]
    lines += [f"data {len(message)}", message]
    lines += [f"from {head}"] if head else []
    lines.append("deleteall")
    for path, text in files.items():
        lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
    _git(folder, "fast-import", "--quiet", stdin="\n".join(lines) + "\n")
    return _git(folder, "rev-parse", "HEAD")


def _git(folder: Path | None, *arguments: str, stdin: str = "", check: bool = True) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=os.environ | _GIT,
        input=stdin,
        check=check,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()
