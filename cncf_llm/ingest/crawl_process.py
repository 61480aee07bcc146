"""Start the crawling process, wait for it, and read what it left."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from cncf_llm.ingest.crawl_job import CrawlJob
from cncf_llm.ingest.errors import UnreadableSourceError


def run_crawl(job: CrawlJob) -> list[dict[str, str]]:
    """Crawl in a process of its own and return its pages and drops, sorted by URL.

    A page has `url`, `media_type` and `file` (in the job's folder), a drop `url`, `reason` and
    `detail`. Raises `UnreadableSourceError`: `crawl-failed`, `crawl-timed-out`.
    """
    folder = Path(job.folder)
    job_file = folder / "job.json"
    job.write(job_file)
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", "cncf_llm.ingest.crawl", str(job_file)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=job.limits.seconds + 60)
    except subprocess.TimeoutExpired as error:
        raise UnreadableSourceError(
            "crawl-timed-out", f"no end after {job.limits.seconds + 60:g} s"
        ) from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    said = errors.decode("utf-8", "replace").strip().splitlines()
    if process.returncode or not (folder / "finished.json").is_file():
        raise UnreadableSourceError(
            "crawl-failed", said[-1] if said else f"exit status {process.returncode}"
        )
    text = (folder / "results.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    if all(line.get("reason") == "download-failed" for line in lines):
        detail = lines[0]["detail"] if lines else (said[-1] if said else "no page was asked for")
        raise UnreadableSourceError("crawl-failed", detail)
    return sorted(lines, key=lambda line: (line["url"], line.get("reason", "")))
