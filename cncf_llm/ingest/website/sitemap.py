"""Read sitemaps (https://www.sitemaps.org/protocol.html) without trust in their content."""

import re
import zlib
from itertools import islice

_MOST = 50_000  # addresses of one file, as the protocol says
_ROBOTS_LINE = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


class UnreadableSitemapError(Exception):
    """A sitemap is not what the protocol says. The message says why."""


def sitemaps_in_robots(content: bytes) -> list[str]:
    """Return the addresses that the `Sitemap:` lines of a robots.txt name, at most 100."""
    lines = islice(_ROBOTS_LINE.finditer(content), 100)
    return [line[1].decode("utf-8", "replace") for line in lines]


def read_sitemap(content: bytes, most_bytes: int) -> tuple[list[str], list[str]]:
    """Return the pages and the further sitemaps that a sitemap names, in its order.

    Plain XML, gzip (unpacked to `most_bytes` at most) or a text file with an address a line. No
    document type is allowed in it, so there are no entities. Raises `UnreadableSitemapError`.
    """
    import lxml.etree
    from scrapy.utils.sitemap import Sitemap

    if content.startswith(b"\x1f\x8b"):
        content = _unpack(content, most_bytes)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"<"):
        lines = start[: most_bytes + 1].decode("utf-8", "replace").split()
        pages = [line for line in lines if line.startswith(("http://", "https://"))]
        if not pages:
            raise UnreadableSitemapError("it is neither XML nor a list of addresses")
        return pages[:_MOST], []
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnreadableSitemapError("it has a document type, which sitemaps do not need")
    try:
        sitemap = Sitemap(content)
        found = [entry["loc"] for entry in islice(sitemap, _MOST)]
    except (lxml.etree.LxmlError, StopIteration) as error:
        raise UnreadableSitemapError(f"it is no XML: {error}") from error
    if sitemap.type not in ("urlset", "sitemapindex"):
        raise UnreadableSitemapError(f"its first element is {sitemap.type!r}")
    return (found, []) if sitemap.type == "urlset" else ([], found)


def _unpack(content: bytes, most: int) -> bytes:
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(content, most + 1)
    except zlib.error as error:
        raise UnreadableSitemapError(f"it is no gzip file: {error}") from error
    if len(unpacked) > most:
        raise UnreadableSitemapError(f"it unpacks to more than {most:,} bytes")
    return unpacked
