"""What automation costs with many projects: ticks, memory, the queue, the page of the graph.

    python benchmarks/scale.py landscape.yml 25 255

Makes a mirror of small synthetic documents for every project of the landscape. For each size it
reads the first so many projects, then lets the real daemon notice that three of them changed and
bring their corpora up to date.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PORT = 3977
DATA = "repository_documents,website_documents,stackoverflow_threads"
DAGSTER_YAML = """
telemetry: {enabled: false}
nux: {enabled: false}
concurrency: {runs: {max_concurrent_runs: 2}}
"""
# The last group stands in the list beside the graph, and again in the graph.
GRAPH_IS_DRAWN = "(document.body?.innerText.match(/\\brelease\\b/g) || []).length > 1"
PATIENCE = 1800  # seconds for three changed projects to be through


@dataclass
class Platform:
    """A home with its settings, and the processes that serve it."""

    home: Path
    environment: dict[str, str]
    peak: dict[str, float] = field(default_factory=dict)  # MB by process

    def command(self, *arguments: str) -> float:
        """Run a command of the platform; return its seconds of processor, children included."""
        before = os.times()
        subprocess.run(
            [str(Path(sys.executable).parent / arguments[0]), *arguments[1:]],
            env=self.environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = os.times()
        return sum(after[2:4]) - sum(before[2:4])

    def sample_memory(self, root: int) -> None:
        """Note the resident memory of webserver, daemon and code server."""
        import psutil

        with suppress(psutil.NoSuchProcess):
            for process in psutil.Process(root).children(recursive=True):
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    line = " ".join(process.cmdline())
                    name = next((n for n, sign in SIGNS.items() if sign in line), None)
                    if name:
                        used = process.memory_info().rss / 1e6
                        self.peak[name] = max(self.peak.get(name, 0), used)


SIGNS = {
    "webserver": "dagster_webserver",
    "daemon": "dagster._daemon",
    "code server": "dagster api grpc",
}


def measure(landscape: Path, mirror: Path, size: int) -> dict[str, object]:
    """Return the figures for the first `size` projects of the landscape."""
    from benchmarks.synthetic_projects import change, make_mirror

    projects = make_mirror(landscape, mirror)[:size]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "dagster.yaml").write_text(DAGSTER_YAML)
        platform = Platform(
            home,
            os.environ
            | {
                "CNCF_LLM_HOME": str(home),
                "DAGSTER_HOME": str(home),
                "CNCF_LLM_LANDSCAPE": str(landscape),
                "CNCF_LLM_MIRROR": str(mirror),
                "CNCF_LLM_PROJECTS": ",".join(projects),
                "CNCF_LLM_OFFLINE": "1",
                "OMP_WAIT_POLICY": "PASSIVE",
            },
        )
        figures: dict[str, object] = {"projects": len(projects)}
        platform.command("cncf-llm", "run", "--select", "landscape")
        figures |= {f"at first: {name}": value for name, value in _ticks(platform).items()}
        started = time.monotonic()
        used = platform.command("cncf-llm", "run", "--select", DATA)
        figures["reading all, wall s"] = round(time.monotonic() - started)
        figures["reading, CPU s a project"] = round(used / len(projects), 2)
        figures |= {f"unchanged: {name}": value for name, value in _ticks(platform).items()}
        changed = projects[:: max(1, len(projects) // 3)][:3]
        with _served(platform) as root:
            figures["graph page s"] = _graph_page(home)
            for project in changed:
                change(landscape, mirror, project, edition=size)
            started = time.monotonic()
            runs = _until_handled(platform, root, changed)
            figures["three changes handled, s"] = round(time.monotonic() - started)
        figures |= runs
        figures |= {f"{name} MB": round(used) for name, used in sorted(platform.peak.items())}
    return figures


def _ticks(platform: Platform) -> dict[str, float]:
    """Evaluate the sensors once, in a process of its own; return seconds, requests, bytes."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.scale_ticks"],
        env=platform.environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def _served(platform: Platform) -> Iterator[int]:
    """Serve the UI with its daemon, all sensors on; yield the process's id."""
    with (platform.home / "served.log").open("w") as log:
        process = subprocess.Popen(
            [
                *(str(Path(sys.executable).parent / "dagster"), "dev", "-w", "workspace.yaml"),
                *("--port", str(PORT)),
            ],
            env=platform.environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait(lambda: _answers(f"http://localhost:{PORT}/server_info"), 120)
            platform.command("dagster", "sensor", "start", "-w", "workspace.yaml", "--start-all")
            yield process.pid
        finally:
            os.killpg(process.pid, 15)
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)


def _graph_page(home: Path) -> float:
    """Return the seconds until the page of the whole asset graph shows its last asset."""
    from cncf_llm_tests.entities.browser import open_tab

    best = float("inf")
    with open_tab(home / "chromium") as tab:
        for _ in range(3):
            started = time.monotonic()
            tab.call("Page.navigate", url=f"http://localhost:{PORT}/asset-groups")
            _wait(lambda: tab.value(GRAPH_IS_DRAWN), 60)
            best = min(best, time.monotonic() - started)
    return round(best, 2)


def _until_handled(platform: Platform, root: int, changed: list[str]) -> dict[str, object]:
    """Wait until the changed projects have new pairs and nothing runs; say what ran."""
    import dagster as dg

    most = 0
    quiet = 0
    with dg.DagsterInstance.from_config(str(platform.home)) as instance:
        before = {run.run_id for run in instance.get_runs()}
        deadline = time.monotonic() + PATIENCE
        while quiet < 12:  # a minute without any run
            if time.monotonic() > deadline:
                raise TimeoutError(f"not handled after {PATIENCE} s: see the runs")
            time.sleep(5)
            platform.sample_memory(root)
            runs = [run for run in instance.get_runs() if run.run_id not in before]
            going = [run for run in runs if not run.is_finished]
            most = max(most, sum(run.status == dg.DagsterRunStatus.STARTED for run in going))
            partitions = {run.tags.get("dagster/partition") for run in runs} - {None}
            done = runs and not going and set(changed) <= partitions
            quiet = quiet + 1 if done else 0
        failed = sum(not run.is_success for run in runs)
    return {
        "runs": len(runs),
        "of other projects": len(partitions - set(changed)),
        "failed": failed,
        "most at once": most,
    }


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def _wait(until: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError("waited in vain: is the machine overloaded?")
        time.sleep(0.05)


def table(columns: list[dict[str, object]]) -> str:
    """Return a Markdown table with one column a size."""
    names = list(columns[0])
    lines = ["| | " + " | ".join(str(column["projects"]) for column in columns) + " |"]
    lines.append("|---|" + "---:|" * len(columns))
    for name in names[1:]:
        lines.append(f"| {name} | " + " | ".join(str(c.get(name, "")) for c in columns) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    landscape, sizes = Path(sys.argv[1]).absolute(), [int(size) for size in sys.argv[2:]]
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as mirror:
        print(table([measure(landscape, Path(mirror), size) for size in sizes]))
