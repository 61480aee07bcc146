"""How long each asset takes and how much memory a run needs: `make bench`.

Runs the whole graph in an empty home and prints one table. The environment decides on what
(`CNCF_LLM_LANDSCAPE`, `CNCF_LLM_MIRROR`); arguments go to `cncf-llm run`.
"""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cncf_llm.commands.plan import plan_waves
from cncf_llm.definitions import defs
from cncf_llm.store import Store


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "cncf_llm.cli", "run", *sys.argv[1:]],
            env={**os.environ, "CNCF_LLM_HOME": home, "DAGSTER_HOME": home},
        )
        wall = time.monotonic() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(table(Store(Path(home) / "data")))
    print(
        f"\nAll: {wall:.0f} s wall, {used.ru_utime + used.ru_stime:.0f} s of processor, "
        f"{used.ru_maxrss / 1024**2:.2f} GiB peak. {os.cpu_count()} cores, "
        f"{platform.machine()}, Python {platform.python_version()}."
    )
    sys.exit(done.returncode)


def table(store: Store) -> str:
    """Return a Markdown table: each asset's seconds and rows of its main table, over projects."""
    lines = ["| asset | partitions | rows | seconds |", "|---|---:|---:|---:|"]
    for wave in plan_waves(defs):
        for asset in wave.assets:
            keys = store.partitions(asset) if wave.partitioned else [None]
            versions = [version for key in keys if (version := store.current(asset, key))]
            seconds = sum(version.facts["seconds"] for version in versions)
            rows = sum(
                version.table(version.facts["table"]).height
                for version in versions
                if "table" in version.facts
            )
            lines.append(f"| {asset} | {len(versions)} | {rows:,} | {seconds:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
