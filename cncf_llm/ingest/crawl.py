"""Crawl one site with Scrapy. A process of its own: `python -m cncf_llm.ingest.crawl job.json`.

Twisted's reactor can run only once in a process, and a site must not be able to harm the asking
process, so results are handed over as files (see `CrawlJob`).
"""

import hashlib
import json
import sys
from pathlib import Path

from cncf_llm.ingest.crawl_job import CrawlJob

USER_AGENT = "cncf-llm (+https://github.com/cncf/landscape)"


def run(job: CrawlJob) -> None:
    """Crawl until there is nothing left or a limit is reached."""
    from scrapy.crawler import CrawlerProcess

    from cncf_llm.ingest.crawl_spider import OwnSiteOnly, SiteSpider

    limits = job.limits
    process = CrawlerProcess(
        {
            "AUTOTHROTTLE_ENABLED": not job.mirrored,
            "AUTOTHROTTLE_START_DELAY": 0.5,
            "CLOSESPIDER_TIMEOUT": limits.seconds,
            # One request at a time, breadth first: which pages a limit cuts off is not by chance.
            "CONCURRENT_REQUESTS": 1,
            "COOKIES_ENABLED": False,
            "DEPTH_PRIORITY": 1,
            "DOWNLOADER_MIDDLEWARES": {OwnSiteOnly: 50},  # before robots.txt is asked for
            "DOWNLOAD_DELAY": 0 if job.mirrored else 0.25,
            "DOWNLOAD_MAXSIZE": limits.page_bytes,
            "DOWNLOAD_TIMEOUT": 30,
            "DOWNLOAD_WARNSIZE": 0,
            "HTTPPROXY_ENABLED": not job.mirrored,
            "LOG_LEVEL": "ERROR",
            "METAREFRESH_ENABLED": False,
            "REDIRECT_MAX_TIMES": 5,
            "RETRY_TIMES": 2,
            "ROBOTSTXT_OBEY": True,
            "SCHEDULER_DISK_QUEUE": "scrapy.squeues.PickleFifoDiskQueue",
            "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
            "TELNETCONSOLE_ENABLED": False,
            "USER_AGENT": USER_AGENT,
        }
    )
    folder = Path(job.folder)
    with (folder / "results.jsonl").open("a", encoding="utf-8") as results:

        def page(url: str, media_type: str, body: bytes) -> None:
            name = hashlib.sha256(body).hexdigest()
            (folder / name).write_bytes(body)
            write({"url": url, "media_type": media_type, "file": name})

        def drop(url: str, reason: str, detail: str) -> None:
            write({"url": url, "reason": reason, "detail": detail[:500]})

        def write(line: dict[str, str]) -> None:
            results.write(json.dumps(line) + "\n")
            results.flush()

        process.crawl(SiteSpider, job=job, page=page, drop=drop)
        process.start()
    (folder / "finished.json").write_text("{}")


if __name__ == "__main__":
    run(CrawlJob.read(Path(sys.argv[1])))
