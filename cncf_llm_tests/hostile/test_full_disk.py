"""A disk that fills up during a materialization: a failed partition, and the old data."""

import random
import shutil
import subprocess
import sys

import pytest

from cncf_llm_tests.hostile.test_landscape_file import items_of

MATERIALIZE = """
import sys
import dagster as dg
from cncf_llm.defs.landscape import landscape
from cncf_llm.settings import Settings
from cncf_llm.store import Store

store, folder = Store("disk/data"), sys.argv[1]
with dg.instance_for_test() as instance:
    for file in ("small.yml", "large.yml", "small.yml"):
        resources = {"settings": Settings(landscape=f"{folder}/{file}"), "store": store}
        result = dg.materialize(
            [landscape], instance=instance, resources=resources, raise_on_error=False
        )
        failures = [str(event.event_specific_data) for event in result.get_step_failure_events()]
        print(result.success, any("no space left" in failure for failure in failures))
        print(store.require("landscape").table("projects")["project"].to_list())
"""
SMALL_DISK = 'mkdir disk && mount -t tmpfs -o size=1m none disk && exec "$0" -c "$1" .'


def can_mount() -> bool:
    """Return whether an ordinary user may mount a file system of his own here."""
    if not shutil.which("unshare"):
        return False
    probe = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(probe, capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not can_mount(), reason="no user may mount a small file system here")
def test_a_full_disk_fails_the_run_and_keeps_what_was_there(tmp_path):
    names = [f"P{number}" for number in range(300)]
    item = "{{name: {0}, project: sandbox, description: {0}{1}}}"
    (tmp_path / "small.yml").write_text(items_of("{name: Good, project: sandbox}"))
    (tmp_path / "large.yml").write_text(
        items_of(*(item.format(name, random.Random(name).randbytes(7_500).hex()) for name in names))
    )
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", SMALL_DISK, sys.executable, MATERIALIZE],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == [
        "True False",
        "['good']",
        "False True",
        "['good']",
        "True False",
        "['good']",
    ], done.stderr[-2_000:]
