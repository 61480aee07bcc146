"""What stays the same as long as a website does: found out without crawling it."""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.website.address import page_path
from cncf_llm.ingest.website.job import site_of_url
from cncf_llm.store import digest

_SITEMAP = "/sitemap.xml"
_START_PAGES = 4


def folder_state(folder: Path) -> str:
    """Return a digest of the names, sizes and dates (whole seconds) of all files in a folder."""
    files: dict[str, object] = {}
    for place, _, names in os.walk(folder):
        for file in names:
            path = Path(place, file)
            if path.is_file():
                known = path.stat()
                name = path.relative_to(folder).as_posix()
                files[name] = [known.st_size, int(known.st_mtime)]
    return digest(files)[:16]


def site_state(
    urls: Sequence[str], *, known: str | None = None, base: str | None = None, seconds: float = 60
) -> str:
    """Return what the server says of a site's start pages and of its `/sitemap.xml`, as JSON.

    That is each one's ETag, Last-Modified, and hash of the content. With the `known` state, these
    are conditional requests (RFC 9110, 13), and a page keeps its part of it when the server says
    304 or sends the same content again. A start page that has neither ETag nor Last-Modified says
    nothing, because such pages often differ each time. `base` is a server on this machine in place
    of the site's. It takes `seconds` at most, redirects within the site included.

    Raises `UnreadableSourceError`: `http-<status>` of a start page, `no-validators`, `refused-url`,
    and those of `PageAsker.ask`.
    """
    from cncf_llm.ingest.website.conditional import PageAsker

    site = site_of_url(urls[0])
    start = list(dict.fromkeys(urls))[:_START_PAGES]
    sitemap = f"https://{urlsplit(urls[0]).netloc}{_SITEMAP}"
    before, now = _pages(known), {}
    with closing(PageAsker(site, seconds=seconds, trusted=base)) as asker:
        for url in [*start, sitemap]:
            path, host = page_path(url), urlsplit(url).netloc
            old = before.get(path)
            answer = asker.ask(f"{base or f'https://{host}'}{path}", *(old or [])[:2])
            if answer.status == 304 and old:
                now[path] = old
            elif answer.status == 200:
                same = old is not None and old[2] == answer.content
                if same or path == _SITEMAP or answer.etag or answer.modified:
                    now[path] = old if same else [answer.etag, answer.modified, answer.content]
            elif path != _SITEMAP:
                raise UnreadableSourceError(f"http-{answer.status}", url)
    if not now:
        raise UnreadableSourceError("no-validators", f"{urls[0]} says nothing of its changes")
    return json.dumps(now, sort_keys=True)


def _pages(known: str | None) -> dict[str, list[str | None]]:
    """Return the pages of an earlier state; none when it is that of a folder."""
    try:
        pages = json.loads(known or "{}")
    except ValueError:
        return {}
    return pages if isinstance(pages, dict) else {}
