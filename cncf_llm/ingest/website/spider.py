"""The spider of one site. Imported in the crawling process only."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from urllib.parse import urljoin

import scrapy  # noqa: TID253 - this module is loaded by the crawling process alone
from scrapy.exceptions import CloseSpider  # noqa: TID253
from scrapy.http import HtmlResponse, Request, Response  # noqa: TID253
from scrapy.signals import spider_error  # noqa: TID253
from twisted.python.failure import Failure

from cncf_llm.ingest.website.address import page_path
from cncf_llm.ingest.website.failure import Reason, reason_of
from cncf_llm.ingest.website.frontier import Frontier, Refusal
from cncf_llm.ingest.website.job import CrawlJob, KnownPage
from cncf_llm.ingest.website.media import HTML, UnwantedError, media_type_of
from cncf_llm.ingest.website.middleware import seconds_asked_for, validator
from cncf_llm.ingest.website.output import CrawlOutput
from cncf_llm.ingest.website.page import PageFacts, read_page
from cncf_llm.ingest.website.sitemap import (
    UnreadableSitemapError,
    read_sitemap,
    sitemaps_in_robots,
)

_SITEMAP_DEPTH = 3
_MOST_FAILURES = 10  # in a row
_ENDED_BY = {"closespider_timeout": "time-limit", "memusage_exceeded": "memory-limit"}


class SiteSpider(scrapy.Spider):
    """Follows links and sitemaps of one site and hands pages, PDF and Markdown to `output`.

    `far` in a request's meta is how many links it is from the start; the nearest go first.
    """

    name = "site"
    handle_httpstatus_list = [304]  # noqa: RUF012 - Scrapy's name for an attribute of the class

    def __init__(self, job: CrawlJob, output: CrawlOutput) -> None:
        super().__init__()
        self.job = job
        self.output = output
        self.frontier = Frontier(job)
        self.done: set[str] = set()
        self.answers = self.failures = self.bytes = 0
        self.beat: asyncio.Task[None] | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Ask for robots.txt first: a site that does not answer is asked for nothing else."""
        self.crawler.signals.connect(self.unreadable, signal=spider_error)
        self.beat = asyncio.create_task(self._beat())
        yield Request(
            f"{self.job.base}/robots.txt",
            callback=self.robots,
            errback=self.no_robots,
            meta={"dont_obey_robotstxt": True},
        )

    def robots(self, response: Response) -> Iterator[Request]:
        named = sitemaps_in_robots(response.body)
        yield from self._begin([urljoin(response.url, url) for url in named])

    def no_robots(self, failure: Failure) -> Iterator[Request]:
        reason = reason_of(failure)
        if reason.passing or reason.code == "private-address":
            # RFC 9309, section 2.3.1.4: then nothing may be asked for.
            self._limit(reason.code, reason.detail)
        else:
            yield from self._begin([])

    def sitemap(self, response: Response, depth: int, named: bool) -> Iterator[Request]:
        self._count(response)
        try:
            pages, further = read_sitemap(response.body, self.job.limits.page_bytes)
        except UnreadableSitemapError as error:
            if named:
                self._drop([response.url], Reason("unreadable-sitemap", str(error)))
            return
        # Where a limit cuts, what lies below a start page goes before the rest.
        pages.sort(key=lambda url: not url.startswith(self.job.start_urls))
        for url in pages:
            yield from self._requests(url, 1)
        if further and depth >= _SITEMAP_DEPTH:
            said = f"more than {depth} sitemaps deep"
            self._drop([response.url], Reason("unreadable-sitemap", said))
            return
        for url in further:
            yield from self._sitemap_requests(url, depth + 1, named=True)

    def no_sitemap(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = reason_of(failure)
        if reason.passing or request.cb_kwargs["named"]:  # at the usual place there need be none
            said = Reason("unreadable-sitemap", f"{reason.code} {reason.detail}")
            self._drop([request.url], said, cut_short=reason.passing)

    def parse(self, response: Response) -> Iterator[Request]:
        urls = [*response.meta.get("redirect_urls", []), response.url]
        far = response.meta["far"]
        self.answers += 1
        self.failures = 0
        if response.status == 304:
            yield from self._stored(urls, far, "not-modified")
            return
        self._count(response)
        try:
            media_type = media_type_of(response)
        except UnwantedError as error:
            self._drop(urls, Reason(error.reason, error.detail))
            return
        page = KnownPage(
            self.output.content(response.body),
            media_type,
            validator(response, "ETag"),
            validator(response, "Last-Modified"),
        )
        yield from self._page(urls, far, response, page, None)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Write down why a page could not be had; what may pass leaves the page as it was."""
        request: Request = failure.request  # type: ignore[attr-defined]
        urls = [*request.meta.get("redirect_urls", []), request.url]
        far = request.meta["far"]
        self.answers += 1
        reason = reason_of(failure)
        self._drop(urls, reason, cut_short=reason.passing and far == 0)
        if not reason.passing:
            return
        self.failures += 1
        if self.failures >= _MOST_FAILURES:
            self._stop("site-failing", f"{self.failures} in a row; last {reason.code}")
        response = getattr(failure.value, "response", None)
        wait = seconds_asked_for(response, datetime.now(UTC)) if response else None
        if wait is not None and wait > self.job.limits.wait:
            self._stop("asked-to-wait", f"{reason.code}, to ask again in {wait:g} s")
        yield from self._stored(urls, far, reason.code)

    def unreadable(self, failure: Failure, response: Response) -> None:
        """Write down that a page could not be read."""
        detail = f"{type(failure.value).__name__}: {failure.value}"
        self._drop([response.url], Reason("unreadable-page", detail))

    def closed(self, reason: str) -> None:
        if reason in _ENDED_BY:
            self._limit(_ENDED_BY[reason], f"{self._waiting()} addresses not asked for")
        if self.beat:
            self.beat.cancel()
        self.output.progress(self.bytes, self._waiting())

    async def _beat(self) -> None:
        """Tell every second how far the crawl is; silence means that the process is stuck."""
        while True:
            self.output.progress(self.bytes, self._waiting())
            await asyncio.sleep(1)

    def _begin(self, sitemaps: list[str]) -> Iterator[Request]:
        for url in self.job.start_urls:
            yield from self._requests(url, 0)
        for url in sitemaps:
            yield from self._sitemap_requests(url, 1, named=True)
        yield from self._sitemap_requests(f"{self.job.base}/sitemap.xml", 1, named=False)

    def _stored(self, urls: list[str], far: int, why: str) -> Iterator[Request]:
        """Take a page as the earlier crawl had it, and follow its links."""
        for last in range(len(urls), 0, -1):  # it may have begun to redirect
            url = urls[last - 1]
            if known := self.job.known.get(page_path(self.job.public(url))):
                body = (self.output.folder / known.file).read_bytes()
                kind = HtmlResponse if known.media_type == HTML else Response
                yield from self._page(urls[:last], far, kind(url, body=body), known, why)
                return
        if why == "not-modified":
            self._drop(urls, Reason("http-304", "not modified, but never read before"))

    def _page(
        self, urls: list[str], far: int, response: Response, page: KnownPage, stored: str | None
    ) -> Iterator[Request]:
        paths = self.job.paths(urls)
        if paths[-1] in self.done:  # redirects lead here more than once
            self.output.seen(paths)
            return
        self.done.add(paths[-1])
        html = isinstance(response, HtmlResponse) and page.media_type == HTML
        facts = read_page(response) if html else PageFacts()
        address = self.job.address(facts.canonical) if facts.canonical else None
        if facts.index:
            canonical = page_path(self.job.public(address)) if address else None
            self.output.page(
                self.job.public(urls[-1]), paths, page, facts.licence, canonical, stored
            )
        else:
            self._drop(urls, Reason("noindex", "the page asks not to be kept"))
        for url in (*facts.links, *([address] if address else [])) if facts.follow else ():
            yield from self._requests(url, far + 1)

    def _requests(self, url: str, far: int) -> Iterator[Request]:
        found = self.frontier.page(url, far)
        if isinstance(found, Refusal):
            self._drop([url], Reason(found.reason, found.detail, passing=True), found.cut_short)
        elif found:
            # Not filtered: the frontier does that, and the filter would lose redirects silently.
            yield Request(
                found,
                callback=self.parse,
                errback=self.failed,
                meta={"far": far},
                priority=-far,
                dont_filter=True,
            )

    def _sitemap_requests(self, url: str, depth: int, named: bool) -> Iterator[Request]:
        if address := self.frontier.sitemap(url):
            yield Request(
                address,
                callback=self.sitemap,
                errback=self.no_sitemap,
                cb_kwargs={"depth": depth, "named": named},
                dont_filter=True,
            )

    def _count(self, response: Response) -> None:
        self.bytes += len(response.body)
        if self.bytes > self.job.limits.total_bytes:
            self._stop("byte-limit", f"{self.job.limits.total_bytes:,} bytes in all")

    def _drop(self, urls: list[str], reason: Reason, cut_short: bool = False) -> None:
        paths = [] if reason.passing else self.job.paths(urls)
        public = self.job.public(urls[0])
        self.output.drop(public, reason.code, reason.detail, paths, cut_short)

    def _limit(self, reason: str, detail: str) -> None:
        said = Reason(reason, detail, passing=True)
        self._drop([self.job.start_urls[0]], said, cut_short=True)

    def _stop(self, reason: str, detail: str) -> None:
        self._limit(reason, detail)
        raise CloseSpider(reason)

    def _waiting(self) -> int:
        return len(self.frontier.pages) - self.answers
