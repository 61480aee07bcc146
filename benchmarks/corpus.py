"""What it costs to read documents and to unify them, beside the bare library calls it is made of.

    python benchmarks/corpus.py [--mirror FOLDER] [--increment PROJECT]

Reads the Markdown and YAML of seven repositories from git bundles: once as the assets do, in
processes; once in this process with a clock around each step, which also notes what is handed to
markdown-it-py, py3langid and datasketch; then these same calls alone. All that three times, and
each figure is the smallest. Times are of the processor, user and system, children included.
`--increment` instead imports one project, changes 2 % of its documents, and imports it again.
"""

import argparse
import gc
import platform
import resource
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from increment import increment_table

from cncf_llm.corpus import cores, documents, unify
from cncf_llm.corpus.reading_messages import read_rows
from cncf_llm.ingest import read_repositories
from cncf_llm.store import Store

REPOSITORIES = (
    "prometheus/docs",
    "etcd-io/website",
    "argoproj/argo-cd",
    "helm/helm-www",
    "coredns/coredns.io",
    "fluxcd/website",
    "cncf/glossary",
)
FORMATS = ("text/markdown", "text/mdx", "application/yaml")
REPEATS = 3
COLUMNS = ("document_id", "project", "path", "media_type", "content")
# Functions as `corpus/documents.py` names them, and the step that each belongs to.
STEPS = {
    "parse": "parse",
    "passages_of": "passages",
    "cleaned": "secrets",
    "damaged_passages": "encoding damage",
    "document_language": "language",
    "passage_language": "language",
    "equal_key": "duplicates",
    "signature_of": "duplicates",
}


def main() -> None:
    default = Path(__file__).parents[2] / "shared" / "corpus" / "repos"
    arguments = argparse.ArgumentParser(description="The cost of reading and unifying")
    arguments.add_argument("--mirror", type=Path, default=default)
    arguments.add_argument("--increment", metavar="PROJECT")
    given = arguments.parse_args()
    mirror = given.mirror.resolve()
    print(increment_table(mirror, given.increment) if given.increment else speed_table(mirror))
    print(f"\n{_processor()}, {cores()} cores, Python {platform.python_version()}.")


def speed_table(mirror: Path) -> str:
    """Return a Markdown table of the whole, its steps, and the bare calls.

    Everything is done `REPEATS` times in turn, and each figure is its smallest: what else the
    machine did meanwhile only adds.
    """
    runs = [_measured(mirror) for _ in range(REPEATS)]
    found, passages, _ = runs[0]
    seconds = {name: min(run[2][name] for run in runs) for name in runs[0][2]}
    wall = seconds["wall"]
    size = sum(map(len, found["content"])) / 1e6
    bare = {name: seconds[f"bare {name}"] for name in ("markdown", "language", "minhash", "write")}
    seconds["bare"] = sum(bare.values())
    parts = list(dict.fromkeys(STEPS.values()))
    seconds["ids, hashes, rows"] = seconds["read"] - sum(seconds[part] for part in parts)
    seconds["duplicates"] += seconds["carry over"]
    steps = ["git and licences", *parts, "ids, hashes, rows", "write"]
    seconds["rest"] = seconds["whole"] - sum(seconds[step] for step in steps)
    shown = {
        "parse": f"markdown-it-py {bare['markdown']:.1f}",
        "language": f"py3langid {bare['language']:.1f}",
        "duplicates": f"datasketch MinHash {bare['minhash']:.1f}",
        "write": f"polars Parquet {bare['write']:.1f}",
    }
    lines = [
        f"{found.height:,} documents, {size:.1f} MB, {passages:,} passages: "
        f"{found.height / wall:.0f} documents/s, {size / wall:.2f} MB/s, "
        f"{seconds['whole'] / wall:.2f} cores busy.",
        "",
        "| step | CPU s | of which bare library calls, s |",
        "|---|---:|---:|",
        *(f"| {step} | {seconds[step]:.1f} | {shown.get(step, '')} |" for step in steps),
        f"| starting processes, moving rows, noise | {seconds['rest']:.1f} | |",
        f"| **all** | **{seconds['whole']:.1f}** | **{seconds['bare']:.1f}** |",
        "",
        f"**{seconds['whole'] / seconds['bare']:.2f} times the bare calls.**",
    ]
    return "\n".join(lines)


def _measured(mirror: Path) -> tuple[pl.DataFrame, int, dict[str, float]]:
    """Return the documents, the number of passages, and seconds by name."""
    with tempfile.TemporaryDirectory() as home:
        clock = Clock()
        with clock("whole"):
            started = time.monotonic()
            found, tables = _whole(mirror, Path(home))
            clock.seconds["wall"] = time.monotonic() - started
        gc.disable()  # as the processes that read do; also for the bare calls
        with _clocked(clock), clock("read"):
            rows = found.sort("document_id").select(COLUMNS).iter_rows()
            frames = read_rows(rows, documents.read_document)
        with clock("git and licences"):
            _read(mirror, Path(home) / "again")
        with clock("carry over"):
            unify(found.lazy(), tables)
        with clock("write"):
            _write(Path(home), tables)
        with clock("bare write"):
            for name in ("passages", "documents", "drops"):
                tables[name].write_parquet(Path(home) / name, compression="zstd")
        gc.enable()
        gc.collect()
    return found, frames[0].height, clock.seconds


def _read(mirror: Path, home: Path) -> pl.DataFrame:
    urls = [f"https://github.com/{name}" for name in REPOSITORIES]
    found = read_repositories("all", urls, mirror=mirror, cache=home / "git").documents
    return found.filter(pl.col("media_type").is_in(FORMATS))


def _whole(mirror: Path, home: Path) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    found = _read(mirror, home)
    tables = unify(found, None, workers=cores()).tables
    _write(home, tables)
    return found, tables


def _write(home: Path, tables: dict[str, pl.DataFrame]) -> None:
    with Store(home / "data").draft("unified_corpus", "all", "benchmark") as draft:
        for name, table in tables.items():
            draft.write(name, table)


class Clock:
    """Adds up seconds of the processor, of this process and of its children that have ended."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        before = _used()
        yield
        self.seconds[name] += _used() - before


def _used() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


@contextmanager
def _clocked(clock: Clock) -> Iterator[None]:
    """Time the steps, and after them each library call once more, alone and as it was made."""
    from datasketch import MinHash
    from markdown_it import MarkdownIt
    from py3langid.langid import LanguageIdentifier

    calls: list[tuple[str, Callable[..., Any], tuple]] = []
    libraries: list[tuple[str, Any, str, str]] = [
        ("markdown", MarkdownIt, "parse", "parse"),
        ("language", LanguageIdentifier, "rank", "classify"),
        ("minhash", MinHash, "update_batch", "update_batch"),
    ]
    saved = [(documents, name, getattr(documents, name)) for name in STEPS]
    saved += [(owner, used, getattr(owner, used)) for _, owner, used, _ in libraries]

    def timed(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            with clock(step):
                return function(*arguments)

        return call

    def noted(name: str, used: Callable[..., Any], plain: Callable[..., Any]) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append((name, plain, arguments))
            return used(*arguments)

        return call

    for name, step in STEPS.items():
        setattr(documents, name, timed(step, getattr(documents, name)))
    for name, owner, used, plain in libraries:
        setattr(owner, used, noted(name, getattr(owner, used), getattr(owner, plain)))
    try:
        yield
    finally:
        for owner, name, function in saved:
            setattr(owner, name, function)
    empty = MinHash(num_perm=64, seed=1, hashfunc=zlib.crc32)
    for name, function, (of, *arguments) in calls:
        started = _used()
        function(empty.copy() if name == "minhash" else of, *arguments)
        clock.seconds[f"bare {name}"] += _used() - started


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
