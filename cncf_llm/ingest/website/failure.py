"""Why a page could not be had, as a reason code. Imported in the crawling process only."""

from dataclasses import dataclass

from scrapy.exceptions import (  # noqa: TID253
    CannotResolveHostError,
    DownloadCancelledError,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError  # noqa: TID253
from twisted.python.failure import Failure

from cncf_llm.ingest.website.middleware import LongUrlError, OtherSiteError
from cncf_llm.ingest.website.resolver import REFUSED

_PASSING = (408, 425, 429)


@dataclass(frozen=True)
class Reason:
    """`passing`: it may be otherwise tomorrow, and says nothing about the page itself."""

    code: str
    detail: str = ""
    passing: bool = False


def reason_of(failure: Failure) -> Reason:
    """Return the reason for what Scrapy hands to an errback."""
    error = failure.value
    said = str(error)
    if isinstance(error, HttpError):
        status = error.response.status
        location = (error.response.headers.get("Location") or b"").decode("latin-1")
        if 300 <= status < 400 and location:  # Scrapy follows http and https alone
            return Reason("redirect-to-other-site", f"leads to {location}")
        return Reason(f"http-{status}", "", status >= 500 or status in _PASSING)
    if isinstance(error, OtherSiteError | ValueError):  # ValueError: to what is no web address
        return Reason("redirect-to-other-site", said)
    if isinstance(error, LongUrlError):
        return Reason("url-too-long", said)
    if isinstance(error, IgnoreRequest):
        if "robots.txt" in said:
            return Reason("disallowed-by-robots", said)
        if "redirections" in said:
            return Reason("redirect-loop", said)
        if "DOWNLOAD_MAXSIZE" in said:
            return Reason("too-large", said)
    if isinstance(error, DownloadCancelledError):  # by the limit on the size, in mid-download
        return Reason("too-large", said)
    if isinstance(error, CannotResolveHostError):
        for host, address in REFUSED.items():
            return Reason("private-address", f"{host} is at {address}")
        return Reason("unresolvable-host", said, passing=True)
    return Reason("download-failed", f"{type(error).__name__}: {said}", passing=True)
