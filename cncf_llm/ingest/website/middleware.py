"""What stands between spider and network. Imported in the crawling process only."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy.downloadermiddlewares.retry import RetryMiddleware  # noqa: TID253
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest  # noqa: TID253
from scrapy.http import Request, Response  # noqa: TID253

from cncf_llm.ingest.website.address import LONGEST_URL, page_path
from cncf_llm.ingest.website.job import CrawlJob
from cncf_llm.ingest.website.resolver import REFUSED

_LONGEST_VALIDATOR = 200


class OtherSiteError(IgnoreRequest):
    """A redirect leads to another site, to this machine or to another protocol."""


class LongUrlError(IgnoreRequest):
    """A redirect leads to an address that is longer than any honest one."""


class OwnSiteOnly:
    """Refuses each request, redirected ones too, that leaves the site.

    Also asks for a page of an earlier crawl only if it changed since (RFC 9110, section 13).
    """

    def __init__(self, job: CrawlJob) -> None:
        self.job = job

    @classmethod
    def from_crawler(cls, crawler: Any) -> "OwnSiteOnly":
        return cls(crawler.spider.job)

    def process_request(self, request: Request) -> None:
        if not self.job.owns(request.url):
            raise OtherSiteError(f"leads to {request.url[:500]}")
        if len(request.url) > LONGEST_URL:  # where a redirect leads
            raise LongUrlError(f"{len(request.url):,} characters")
        known = self.job.known.get(page_path(self.job.public(request.url)))
        validators = {
            "If-None-Match": known.etag if known else None,
            "If-Modified-Since": known.modified if known else None,
        }
        for header, value in validators.items():
            request.headers.pop(header, None)  # a redirected request has those of the first one
            if value:
                request.headers[header] = value


class PatientRetry(RetryMiddleware):
    """Waits before it asks again: as long as the server says, or 1, 2, 4, ... seconds.

    The whole crawl waits, one request being made at a time. A server that asks for more than the
    job's `wait` seconds is not asked again.
    """

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        again = super().process_response(request, response)
        if not isinstance(again, Request):
            return response
        asked = seconds_asked_for(response, datetime.now(UTC))
        if asked is not None and asked > self._most():
            return response
        await self._wait(again, asked)
        return again

    async def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | None:
        if isinstance(exception, CannotResolveHostError) and REFUSED:
            return None
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await self._wait(again, None)
            return again
        return None

    async def _wait(self, again: Request, asked: float | None) -> None:
        backoff = 2.0 ** (again.meta["retry_times"] - 1)
        await asyncio.sleep(min(backoff if asked is None else asked, self._most()))

    def _most(self) -> float:
        job: CrawlJob = self.crawler.spider.job  # type: ignore[union-attr]
        return job.limits.wait


def seconds_asked_for(response: Response, now: datetime) -> float | None:
    """Return what the Retry-After header says, a number or a date (RFC 9110, section 10.2.3)."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
        return max(0.0, (date - now).total_seconds())
    except (ValueError, TypeError):  # no header, no date, or one without a time zone
        return None


def validator(response: Response, header: str) -> str | None:
    """Return an ETag or Last-Modified header to ask with the next time, unless it is overlong."""
    value = (response.headers.get(header) or b"").decode("latin-1")
    return value if value and len(value) <= _LONGEST_VALIDATOR else None
