"""Crawl one site with Scrapy, in a process of its own.

That is `python -m cncf_llm.ingest.website.crawl job.json`.

Twisted's reactor can run only once in a process, and a site must not be able to harm the asking
process, so results are handed over as files (see `CrawlJob`).
"""

import resource
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cncf_llm.ingest.website.job import CrawlJob

USER_AGENT = "cncf-llm (+https://github.com/cncf/landscape)"


_MOST_MEMORY = 3 << 30  # bytes of address space; Scrapy's own limit is looked at now and then


def run(job: CrawlJob) -> None:
    """Crawl until there is nothing left or a limit is reached."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    from scrapy.crawler import CrawlerProcess

    from cncf_llm.ingest.website.output import CrawlOutput
    from cncf_llm.ingest.website.spider import SiteSpider

    process = CrawlerProcess(settings(job))
    with CrawlOutput(job) as output:
        process.crawl(SiteSpider, job=job, output=output)
        process.start()
    (Path(job.folder) / "finished.json").write_text("{}")


def settings(job: CrawlJob) -> dict[str, Any]:
    """Return Scrapy's settings for a job."""
    from cncf_llm.ingest.website.memory import OwnMemory
    from cncf_llm.ingest.website.middleware import OwnSiteOnly, PatientRetry
    from cncf_llm.ingest.website.resolver import TRUSTED_HOST, PublicAddresses

    limits = job.limits
    return {
        "AUTOTHROTTLE_ENABLED": not job.mirrored,
        "AUTOTHROTTLE_MAX_DELAY": 10,
        "AUTOTHROTTLE_START_DELAY": 0.5,
        "CLOSESPIDER_TIMEOUT": limits.seconds,
        # One request at a time, breadth first: which pages a limit cuts off is not by chance.
        "CONCURRENT_REQUESTS": 1,
        "COOKIES_ENABLED": False,
        "DEPTH_PRIORITY": 1,
        "DOWNLOADER_MIDDLEWARES": {
            OwnSiteOnly: 50,  # before robots.txt is asked for
            PatientRetry: 550,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        },
        "DOWNLOAD_DELAY": 0 if job.mirrored else 0.25,
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "DOWNLOAD_MAXSIZE": limits.page_bytes,  # holds before and after unpacking
        "DOWNLOAD_TIMEOUT": limits.page_seconds,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_WARNSIZE": 0,
        "EXTENSIONS": {OwnMemory: 100, "scrapy.extensions.memusage.MemoryUsage": None},
        "HTTPPROXY_ENABLED": not job.mirrored,
        "LOG_LEVEL": "ERROR",
        "LOG_VERSIONS": [],
        "MEMUSAGE_CHECK_INTERVAL_SECONDS": 5,
        "MEMUSAGE_LIMIT_MB": 1_000,
        "METAREFRESH_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "REMOTE_CONTROL_ENABLED": False,
        # Not after a timeout: a page that never ends would hold up the crawl three times.
        "RETRY_EXCEPTIONS": [
            f"scrapy.exceptions.{name}"
            for name in (
                "CannotResolveHostError",
                "DownloadConnectionRefusedError",
                "DownloadFailedError",
                "ResponseDataLossError",
            )
        ],
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "RETRY_TIMES": 2,
        "ROBOTSTXT_OBEY": True,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "TELNETCONSOLE_ENABLED": False,
        TRUSTED_HOST: urlsplit(job.base).hostname if job.mirrored else "",
        "TWISTED_DNS_RESOLVER": PublicAddresses,
        "USER_AGENT": USER_AGENT,
    }


if __name__ == "__main__":
    run(CrawlJob.read(Path(sys.argv[1])))
