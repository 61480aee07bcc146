"""What a page says about itself: links, canonical address, robots, licence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from cncf_llm.ingest.licences.names import UNKNOWN, licences_in
from cncf_llm.ingest.website.address import LONGEST_URL

_MOST_LINKS = 10_000


@dataclass(frozen=True)
class PageFacts:
    """Links are absolute URLs in the order of the page, without files that are no documents;
    where the page sends its reader on by itself (`http-equiv=refresh`) goes first.

    `index` and `follow` are what the page allows robots. `licence` is an SPDX id or `unknown`.
    """

    links: tuple[str, ...] = ()
    canonical: str | None = None
    index: bool = True
    follow: bool = True
    licence: str = UNKNOWN


def read_page(response: Any) -> PageFacts:
    """Read an HTML response of Scrapy."""
    from scrapy.utils.response import get_base_url, get_meta_refresh

    root = response.selector.root
    base = get_base_url(response)
    said = [(response.headers.get("X-Robots-Tag") or b"").decode("latin-1")]
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() == "robots":
            said.append(meta.get("content") or "")
    robots = {word for text in said for word in re.findall(r"[a-z]+", text.lower())}
    refreshed = get_meta_refresh(response)[1]
    documents = _documents(root, base, response.encoding)
    canonical = next(_hrefs(root, base, response.encoding, ("link",), "canonical"), None)
    if canonical and len(canonical) > LONGEST_URL:
        canonical = None
    return PageFacts(
        links=(*([refreshed] if refreshed else []), *islice(documents, _MOST_LINKS)),
        canonical=canonical,
        index=not robots & {"noindex", "none"},
        follow=not robots & {"nofollow", "none"},
        licence=_licence(root, base, response.encoding),
    )


def _documents(root: Any, base: str, encoding: str) -> Iterator[str]:
    from scrapy.linkextractors import IGNORED_EXTENSIONS
    from scrapy.utils.url import url_has_any_extension

    ignored = {f".{extension}" for extension in IGNORED_EXTENSIONS if extension != "pdf"}
    for url in _hrefs(root, base, encoding, ("a", "area")):
        if not url_has_any_extension(url, ignored):
            yield url


def _hrefs(
    root: Any, base: str, encoding: str, tags: tuple[str, ...], rel: str | None = None
) -> Iterator[str]:
    from w3lib.url import safe_url_string

    for element in root.iter(*tags):
        href = (element.get("href") or "").strip()
        if not href or (rel and rel not in (element.get("rel") or "").lower().split()):
            continue
        try:
            yield safe_url_string(urljoin(base, href), encoding=encoding)
        except ValueError:  # such as `http://[`: no address, so nothing that could be followed
            continue


def _licence(root: Any, base: str, encoding: str) -> str:
    """Return the one licence that links marked `rel=license` name, or else the page's footer.

    A footer speaks of code too, so only Creative Commons licences count in it. Two different ones
    are `unknown`: it is not said which holds for the text.
    """
    marked = islice(_hrefs(root, base, encoding, ("a", "link"), "license"), 20)
    found = {licence for url in marked for licence in _named(url)}
    if not found:
        footers = islice(root.xpath("//footer|//*[@id='footer' or @role='contentinfo']"), 3)
        for footer in footers:
            text = " ".join(" ".join(islice(footer.itertext(), 2_000))[:20_000].split())
            links = (a.get("href") or "" for a in islice(footer.iter("a"), 200))
            found |= {spdx for said in (text, *links) for spdx in _named(said) if spdx[:2] == "CC"}
    return found.pop() if len(found) == 1 else UNKNOWN


def _named(text: str) -> set[str]:
    text = text[:20_000].replace("publicdomain/zero/1.0", "CC0-1.0")
    return {spdx for _, spdx in licences_in(text)}
