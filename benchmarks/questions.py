"""Pairs that need no model: how many of each kind, how fast, with how much memory.

`python benchmarks/questions.py HOME [PROJECT ...]` reads the corpora (and entity graphs, where
there are any) of a home, writes nothing there, and prints three tables. Each project is done in a
process of its own, so its peak of memory is its own.
"""

import json
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from cncf_llm.entities import EDGES, NODES
from cncf_llm.questions import generate
from cncf_llm.store import Store, count_reasons


def main() -> None:
    home, *projects = sys.argv[1:]
    store = Store(Path(home) / "data")
    projects = projects or store.partitions("unified_corpus")
    found = {project: _in_a_process(home, project) for project in sorted(projects)}
    print(_speeds(found))
    print()
    print(_counts("kind", {project: one["kinds"] for project, one in found.items()}))
    print()
    print(_counts("dropped because", {project: one["drops"] for project, one in found.items()}))


def measure(home: str, project: str) -> dict:
    """Generate a project's pairs, from nothing and again, and return the figures."""
    store = Store(Path(home) / "data")
    projects = store.require("landscape").table("projects")
    row = projects.filter(project=project).row(0, named=True)
    passages = store.require("unified_corpus", project).table("passages")
    graph = store.current("entity_graph", project)
    nodes = graph.table("nodes") if graph else NODES.frame()
    edges = graph.table("edges") if graph else EDGES.frame()
    read = _peak()
    started = time.monotonic()
    made = generate(row, passages, nodes, edges, landscape=projects)
    first = time.monotonic() - started
    started = time.monotonic()
    again = generate(row, passages, nodes, edges, made.state, landscape=projects)
    if not again.pairs.equals(made.pairs):
        raise SystemExit(f"{project}: carried-over pairs differ from those made from nothing")
    return {
        "passages": passages.height,
        "graph": edges.height,
        "facts": made.facts.height,
        "pairs": made.pairs.height,
        "seconds": first,
        "again": time.monotonic() - started,
        "before": read,
        "peak": _peak(),
        "kinds": dict(made.pairs.group_by("kind").len().sort("kind").iter_rows()),
        "drops": count_reasons(made.drops),
    }


def _in_a_process(home: str, project: str) -> dict:
    code = "import json, sys, questions; print(json.dumps(questions.measure(*sys.argv[1:])))"
    done = subprocess.run(
        [sys.executable, "-c", code, home, project],
        cwd=Path(__file__).parent,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _speeds(found: dict[str, dict]) -> str:
    lines = [
        "| project | passages | edges | facts | pairs | seconds | pairs/s | again | MiB before "
        "| peak |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for project, one in found.items():
        rate = one["pairs"] / one["seconds"]
        lines.append(
            f"| {project} | {one['passages']:,} | {one['graph']:,} | {one['facts']:,} | "
            f"{one['pairs']:,} | {one['seconds']:.1f} | {rate:.0f} | {one['again']:.1f} | "
            f"{one['before']:.0f} | {one['peak']:.0f} |"
        )
    return "\n".join(lines)


def _counts(what: str, counts: dict[str, dict[str, int]]) -> str:
    names = sorted({name for each in counts.values() for name in each})
    lines = [f"| {what} | {' | '.join(counts)} | all |", "|---" + "|---:" * (len(counts) + 1) + "|"]
    for name in names:
        row = [each.get(name, 0) for each in counts.values()]
        lines.append(f"| {name} | {' | '.join(f'{n:,}' for n in row)} | {sum(row):,} |")
    total = Counter({project: sum(each.values()) for project, each in counts.items()})
    lines.append(f"| all | {' | '.join(f'{n:,}' for n in total.values())} | {total.total():,} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
