"""What a refresh costs when little changed, beside the first import of the same project."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cncf_llm.store import Store

REPOSITORIES = {
    "kubernetes": ("kubernetes__website", "kubernetes__community", "kubernetes-sigs__gateway-api"),
    "opentelemetry": ("open-telemetry__opentelemetry.io",),
}
ASSETS = "landscape,repository_documents,website_documents,stackoverflow_threads,unified_corpus"
MEASURED = "repository_documents,unified_corpus"
EVERY = 40  # so many Markdown files, of which one is changed: 2 % of all documents


def increment_table(mirror: Path, project: str) -> str:
    """Return a Markdown table of the full import, a change of 2 % of the documents, and none.

    The landscape is `landscape.yml` beside the mirror. Needs git.
    """
    with tempfile.TemporaryDirectory() as folder:
        clones = Path(folder) / "mirror"
        for name in REPOSITORIES[project]:
            _git("clone", "--quiet", str(mirror / f"{name}.bundle"), str(clones / name))
        run = Runner(Path(folder) / "home", mirror.parent / "landscape.yml", clones, project)
        run("landscape,website_documents,stackoverflow_threads")
        idle = run("website_documents,stackoverflow_threads")  # as many steps, nothing to do
        rows = [("interpreter and Dagster alone", idle)]
        rows.append(("full import", run(MEASURED)))
        changed = sum(_change(clones / name) for name in REPOSITORIES[project])
        rows.append((f"{changed} documents changed", run(MEASURED)))
        rows.append(("nothing changed", run(MEASURED)))
    fixed = rows[0][1][0]
    full = rows[1][1][0]
    lines = [
        f"| {project} | documents parsed | wall s | CPU s | without the first row | of full |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, (used, wall, parsed) in rows:
        net = used - fixed
        share = f"{net / (full - fixed):.1%}"
        lines.append(f"| {name} | {parsed} | {wall:.1f} | {used:.1f} | {net:.1f} | {share} |")
    return "\n".join(lines)


class Runner:
    """Runs `cncf-llm run` in one home."""

    def __init__(self, home: Path, landscape: Path, mirror: Path, project: str) -> None:
        home.mkdir()
        self._store = Store(home / "data")
        self._project = project
        self._digest: str | None = None
        self._environment = os.environ | {
            "CNCF_LLM_HOME": str(home),
            "DAGSTER_HOME": str(home),
            "CNCF_LLM_LANDSCAPE": str(landscape),
            "CNCF_LLM_MIRROR": str(mirror),
        }

    def __call__(self, assets: str) -> tuple[float, float, int]:
        """Return seconds of the processor, seconds, and how many documents were parsed."""
        command = [sys.executable, "-m", "cncf_llm.cli", "run", "--projects", self._project]
        before, started = _used(), time.monotonic()
        subprocess.run(
            [*command, "--select", assets],
            env=self._environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        used, wall = _used() - before, time.monotonic() - started
        after = self._store.current("unified_corpus", self._project)
        new = after is not None and after.digest != self._digest
        self._digest = after.digest if after else None
        return used, wall, after.facts["parsed"] if after and new else 0


def _change(clone: Path) -> int:
    """Add a sentence to a paragraph of one Markdown file in `EVERY`, and commit."""
    files = sorted(clone.rglob("*.md"))[::EVERY]
    for file in files:
        text = file.read_text()
        head, _, rest = text.rpartition(".\n\n")
        file.write_text(f"{head}. This sentence was added by the benchmark.\n\n{rest}")
    author = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")
    _git("-C", str(clone), *author, "commit", "--quiet", "--all", "--message", "Change 2 %")
    return len(files)


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
