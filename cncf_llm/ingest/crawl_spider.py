"""The spider of one site. Imported in the crawling process only."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import scrapy  # noqa: TID253 - this module is loaded by the crawling process alone
from scrapy.exceptions import CloseSpider, IgnoreRequest  # noqa: TID253
from scrapy.http import HtmlResponse, Request, Response  # noqa: TID253
from scrapy.linkextractors import IGNORED_EXTENSIONS, LinkExtractor  # noqa: TID253
from scrapy.signals import spider_error  # noqa: TID253
from scrapy.spidermiddlewares.httperror import HttpError  # noqa: TID253
from twisted.python.failure import Failure

from cncf_llm.ingest.crawl_job import CrawlJob

_HTML = ("text/html", "application/xhtml+xml")


class OtherSiteError(IgnoreRequest):
    """A redirect leads to another site, to this machine or to another protocol."""


class OwnSiteOnly:
    """Downloader middleware: refuses each request, redirected ones too, that leaves the site."""

    def __init__(self, job: CrawlJob) -> None:
        self.job = job

    @classmethod
    def from_crawler(cls, crawler: Any) -> "OwnSiteOnly":
        return cls(crawler.spider.job)

    def process_request(self, request: Request) -> None:
        if self.job.address(request.url) != request.url.partition("#")[0]:
            raise OtherSiteError(f"leads to {request.url}")


class SiteSpider(scrapy.Spider):
    """Follows the links of one site and hands HTML pages and PDF files to `page`."""

    name = "site"

    def __init__(
        self,
        job: CrawlJob,
        page: Callable[[str, str, bytes], None],
        drop: Callable[[str, str, str], None],
    ) -> None:
        super().__init__()
        self.job = job
        self.page = page
        self.drop = drop
        self.links = LinkExtractor(
            deny_extensions=[extension for extension in IGNORED_EXTENSIONS if extension != "pdf"]
        )
        self.asked_for: set[str] = set()
        self.seen: set[str] = set()  # pages and drops, by public URL
        self.limited: set[str] = set()
        self.bytes = 0

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> "SiteSpider":
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.unreadable, signal=spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for url in self.job.start_urls:
            for request in self._requests(url, url):
                yield request

    def parse(self, response: Response) -> Iterator[Request]:
        url = self.job.canonical(response.url)
        declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
        media_type = declared.partition(";")[0].strip().lower()
        if not self._new(url):
            return
        self.bytes += len(response.body)
        if self.bytes > self.job.limits.total_bytes:
            self._limit("byte-limit", f"{self.job.limits.total_bytes:,} bytes in all")
            raise CloseSpider("byte-limit")
        if response.body.startswith(b"%PDF-"):
            self.page(url, "application/pdf", response.body)
        elif media_type not in _HTML:
            self.drop(url, "unsupported-media-type", f"served as {declared or 'nothing'}")
        elif b"\0" in response.body[:65536] or not isinstance(response, HtmlResponse):
            self.drop(url, "not-html", f"served as {declared}, but binary")
        elif not response.body.strip():
            self.drop(url, "empty-page", "the page has no content")
        else:
            self.page(url, "text/html", response.body)
            if response.meta["depth"] >= self.job.limits.depth:
                self._limit("depth-limit", f"{self.job.limits.depth} links from the start")
                return
            for link in self.links.extract_links(response):
                yield from self._requests(link.url, url)

    def failed(self, failure: Failure) -> None:
        """Write down why a page could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        url = self.job.canonical(request.url)
        error = failure.value
        if not self._new(url):
            return
        if isinstance(error, HttpError):
            self.drop(url, f"http-{error.response.status}", "")
        elif isinstance(error, OtherSiteError):
            self.drop(url, "redirect-to-other-site", str(error))
        elif isinstance(error, IgnoreRequest) and "robots.txt" in str(error):
            self.drop(url, "disallowed-by-robots", str(error))
        elif isinstance(error, IgnoreRequest) and "redirections" in str(error):
            self.drop(url, "redirect-loop", str(error))
        elif ("size" in str(error) and "larger" in str(error)) or "DOWNLOAD_MAXSIZE" in str(error):
            self.drop(url, "too-large", str(error))
        else:
            self.drop(url, "download-failed", f"{type(error).__name__}: {error}")

    def unreadable(self, failure: Failure, response: Response) -> None:
        """Write down that the links of a page could not be read."""
        url = self.job.canonical(response.url)
        self.drop(url, "unreadable-links", f"{type(failure.value).__name__}: {failure.value}")

    def _requests(self, url: str, referrer: str) -> Iterator[Request]:
        address = self.job.address(url)
        if address is None or address in self.asked_for:
            return
        if len(self.asked_for) >= self.job.limits.pages:
            self._limit("page-limit", f"{self.job.limits.pages} pages; first left out: {url}")
            return
        self.asked_for.add(address)
        # Not filtered: `asked_for` does that, and the filter would lose redirects without a word.
        yield Request(address, callback=self.parse, errback=self.failed, dont_filter=True)

    def _new(self, url: str) -> bool:
        new = url not in self.seen
        self.seen.add(url)
        return new

    def _limit(self, reason: str, detail: str) -> None:
        """Write down once that a limit cut the crawl short."""
        if reason not in self.limited:
            self.limited.add(reason)
            self.drop(self.job.start_urls[0], reason, detail)
