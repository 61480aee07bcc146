"""What the crawling process writes: pages and drops, and how far it is."""

import hashlib
import json
import time
from pathlib import Path

from cncf_llm.ingest.website.job import CrawlJob, KnownPage


class CrawlOutput:
    """Writes a line to `results.jsonl` for each page or drop, and progress to `progress.jsonl`."""

    def __init__(self, job: CrawlJob) -> None:
        self.job = job
        self.folder = Path(job.folder)
        self.started = time.monotonic()
        self.pages = 0

    def __enter__(self) -> "CrawlOutput":
        self.results = (self.folder / "results.jsonl").open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        self.results.close()

    def page(
        self,
        url: str,
        paths: list[str],
        page: KnownPage,
        licence: str,
        canonical: str | None,
        stored: str | None,
    ) -> None:
        """Write down a page. `paths` led to it; `stored` says why it is not from the network."""
        self.pages += 1
        self._write(
            {
                "url": url,
                "paths": paths,
                "file": page.file,
                "media_type": page.media_type,
                "validators": [page.etag, page.modified],
                "licence": licence,
                "canonical": canonical,
                "stored": stored,
            }
        )

    def seen(self, paths: list[str]) -> None:
        """Write down that these paths lead to a page that was written down before."""
        self._write({"paths": paths})

    def content(self, body: bytes) -> str:
        """Keep the content of a page and return the name of its file."""
        name = hashlib.sha256(body).hexdigest()
        (self.folder / name).write_bytes(body)
        return name

    def drop(
        self, url: str, reason: str, detail: str, paths: list[str], cut_short: bool = False
    ) -> None:
        """Write down what is not kept, by these paths; `cut_short`: the crawl is not complete."""
        self._write(
            {
                "url": url[:500],
                "paths": paths,
                "reason": reason,
                "detail": detail[:500],
                "cut_short": cut_short,
            }
        )

    def progress(self, size: int, waiting: int) -> None:
        """Write how far the crawl is: pages, bytes, addresses waiting, seconds."""
        line = [self.pages, size, waiting, round(time.monotonic() - self.started)]
        with (self.folder / "progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _write(self, line: dict[str, object]) -> None:
        self.results.write(json.dumps(line) + "\n")
        self.results.flush()
