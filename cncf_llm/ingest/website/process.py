"""Start the crawling process, wait for it, and read what it left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.website.job import CrawlJob

_PROGRESS_EVERY = 10.0  # seconds
_OWN_REASONS = (
    "crawl-failed",
    "crawl-stalled",
    "crawl-timed-out",
    "private-address",
    "unresolvable-host",
)
# A process that reads what strangers wrote gets none of our secrets.
_ENVIRONMENT = {
    *("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
}


def run_crawl(job: CrawlJob, progress: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
    """Crawl in a process of its own and return the lines of `CrawlOutput`, sorted by URL.

    When the process fails, is stuck or does not end in time, what it wrote until then counts, and
    one more drop says `crawl-failed`, `crawl-stalled` or `crawl-timed-out`. Progress is told every
    10 s and at the end.

    Raises `UnreadableSourceError` when there is no page and the crawl did not come to its end:
    these three, `private-address` or `unresolvable-host`.
    """
    folder = Path(job.folder)
    job.write(folder / "job.json")
    failure = _run(job, folder, progress)
    if progress and (line := _progress(job, folder)):
        progress(line)
    lines = _read_lines(folder / "results.jsonl")
    if failure:
        drop = {"reason": failure.reason, "detail": failure.detail, "cut_short": True}
        lines.append({"url": job.start_urls[0], "paths": [], **drop})
    ends = [line for line in lines if line.get("cut_short")]
    if not any("file" in line for line in lines) and (ends or not lines):
        last = ends[-1] if ends else {"reason": "crawl-failed", "detail": _last_words(folder)}
        reason, detail = last["reason"], last["detail"]
        if reason in _OWN_REASONS:
            raise UnreadableSourceError(reason, detail)
        raise UnreadableSourceError("crawl-failed", f"{reason} {detail}".strip())
    return sorted(lines, key=lambda line: (line.get("url", ""), line.get("reason", "")))


def _run(
    job: CrawlJob, folder: Path, progress: Callable[[str], None] | None
) -> UnreadableSourceError | None:
    limits = job.limits
    most = limits.seconds + limits.page_seconds + limits.wait + 30  # what is under way may end
    environment = {k: v for k, v in os.environ.items() if k.upper() in _ENVIRONMENT}
    package = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    beats, heard, stalled = folder / "progress.jsonl", 0, False
    started = told = beat = time.monotonic()
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "cncf_llm.ingest.website.crawl", str(folder / "job.json")],
            cwd=folder,
            env=environment | {"PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            while (now := time.monotonic()) - started < most:
                try:
                    process.wait(timeout=min(1.0, max(0.01, most - (now - started))))
                    break
                except subprocess.TimeoutExpired:
                    pass  # look at the clock
                size = beats.stat().st_size if beats.is_file() else 0
                beat, heard = (now, size) if size != heard else (beat, heard)
                stalled = heard > 0 and now - beat >= limits.stalled
                if stalled:
                    break
                if progress and now - told >= _PROGRESS_EVERY:
                    told = now
                    progress(_progress(job, folder) or f"{job.host}: no answer yet")
        finally:
            running = process.poll() is None
            if running:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if running and stalled:
        return UnreadableSourceError("crawl-stalled", f"no sign of life for {limits.stalled:g} s")
    if running:
        return UnreadableSourceError("crawl-timed-out", f"no end after {most:g} s")
    if process.returncode or not (folder / "finished.json").is_file():
        detail = f"exit status {process.returncode}; {_last_words(folder)}"
        return UnreadableSourceError("crawl-failed", detail)
    return None


def _last_words(folder: Path) -> str:
    with (folder / "errors.txt").open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 2_000))
        said = file.read().decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else "the crawling process said nothing"


def _read_lines(file: Path) -> list[dict[str, Any]]:
    if not file.is_file():
        return []
    text = file.read_text("utf-8")
    # A killed process may leave its last line unfinished.
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _progress(job: CrawlJob, folder: Path) -> str | None:
    lines = _read_lines(folder / "progress.jsonl")
    if not lines:
        return None
    last: Any = lines[-1]
    pages, size, waiting, seconds = last
    return (
        f"{job.host}: {pages:,} pages, {size / 1e6:,.1f} MB, {waiting:,} addresses waiting, "
        f"{seconds} s"
    )
