"""The pages of a project's websites."""

import ipaddress
import socket
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from cncf_llm.ingest.crawl_job import (
    DEFAULT_CRAWL_LIMITS,
    CrawlJob,
    CrawlLimits,
    site_of_url,
)
from cncf_llm.ingest.crawl_process import run_crawl
from cncf_llm.ingest.errors import MirrorError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.mirrored_site import serve_folder
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.store import DROPS, content_hash, stable_id

# A page there is one among many of other people's: nothing to crawl from.
_SHARED = {"github.com", "gitlab.com", "medium.com", "stackoverflow.com", "youtube.com"}


def read_website(
    project: str,
    start_urls: Sequence[str],
    *,
    mirror: Path | None,
    crawl: bool = False,
    offline: bool = False,
    previous: pl.DataFrame | None = None,
    limits: CrawlLimits = DEFAULT_CRAWL_LIMITS,
) -> Reading:
    """Crawl the sites of the start URLs, each on its own host only, and keep HTML and PDF.

    With a `mirror`, `<mirror>/websites/<host>/` is read in place of the site and nothing else is
    contacted; rows have the site's public URLs, or what the file `<mirror>/websites.permalink`
    makes of `{site}` and `{path}`. Without one, sites are crawled only if `crawl` is
    on. Pages of a site that could not be crawled at all this time are kept from `previous`.
    Facts: `documents`, `added`, `changed`, `removed`, `unchanged`, and `sites` (pages of each).

    Drop reasons of sites: `not-in-mirror`, `crawling-is-off`, `refused-url`, `shared-host`,
    `unresolvable-host`, `private-address`, `crawl-failed`, `crawl-timed-out`; of pages:
    `http-<status>`, `disallowed-by-robots`, `redirect-to-other-site`, `redirect-loop`,
    `too-large`, `not-html`, `unsupported-media-type`, `empty-page`, `download-failed`,
    `unreadable-links`; of what a limit cut off: `page-limit`, `depth-limit`, `byte-limit`.

    Raises `MirrorError` when the mirror is no folder, `OfflineError` when a crawl would leave the
    machine although `offline` is on.
    """
    if mirror is not None and not mirror.is_dir():
        raise MirrorError(f"The mirror {mirror} is not a folder. Mend or unset CNCF_LLM_MIRROR.")
    if offline and crawl and mirror is None and start_urls:
        raise OfflineError(
            f"Crawling the websites of {project} would leave this machine, but CNCF_LLM_OFFLINE is "
            "on. Set CNCF_LLM_MIRROR, or turn CNCF_LLM_CRAWL or CNCF_LLM_OFFLINE off."
        )
    drops: list[dict[str, Any]] = []

    def drop(item: str, reason: str, detail: str) -> None:
        drops.append({"project": project, "item": item, "reason": reason, "detail": detail})

    sites: dict[str, list[str]] = {}
    for url in start_urls:
        try:
            sites.setdefault(site_of_url(url), []).append(url)
        except UnreadableSourceError as error:
            drop(url, error.reason, error.detail)
    before = previous if previous is not None else DOCUMENTS.frame()
    tables, pages = [], {}
    for site, urls in sorted(sites.items()):
        try:
            rows = _crawl_site(project, site, urls, mirror, crawl, limits, drop)
            tables.append(DOCUMENTS.frame(rows))
            pages[site] = len(rows)
        except UnreadableSourceError as error:
            detail = error.detail
            kept = before.filter(pl.col("repository") == site)
            if error.reason.startswith("crawl-") and kept.height:
                tables.append(kept.select(DOCUMENTS.schema.names()))
                detail += f"; {kept.height} pages of an earlier crawl are kept"
            drop(urls[0], error.reason, detail)
    table = pl.concat([DOCUMENTS.frame(), *tables]).sort("repository", "path")
    drops.sort(key=lambda row: (row["item"], row["reason"]))
    facts = {"documents": table.height, **_changes(before, table), "sites": pages}
    return Reading(table, DROPS.frame(drops), facts)


def _crawl_site(
    project: str,
    site: str,
    urls: Sequence[str],
    mirror: Path | None,
    crawl: bool,
    limits: CrawlLimits,
    drop: Any,
) -> list[dict[str, Any]]:
    host = (urlsplit(urls[0]).hostname or "").lower()
    if site in _SHARED:
        raise UnreadableSourceError("shared-host", f"{host} is not the project's own")
    if mirror is None:
        if not crawl:
            raise UnreadableSourceError("crawling-is-off", "set CNCF_LLM_CRAWL to crawl websites")
        _refuse_private(host)
        serving, template = nullcontext(f"https://{host}"), None
    else:
        folders = [mirror / "websites" / name for name in (host, site)]
        folder = next((folder for folder in folders if folder.is_dir()), None)
        if folder is None:
            raise UnreadableSourceError("not-in-mirror", f"the mirror has no websites/{host}/")
        serving, template = serve_folder(folder.resolve()), _template(mirror)
    with serving as base, tempfile.TemporaryDirectory() as scratch:
        job = CrawlJob(host, base, tuple(urls), scratch, limits)
        rows = {}
        for line in run_crawl(job):
            if "reason" in line:
                drop(line["url"], line["reason"], line["detail"])
                continue
            content = (Path(scratch) / line["file"]).read_bytes()
            row = _row(project, site, line["url"], line["media_type"], content)
            row["url"] = _permalink(template, site, row["path"]) or row["url"]
            rows.setdefault(row["path"], row)
        return list(rows.values())


def _row(project: str, site: str, url: str, media_type: str, content: bytes) -> dict[str, Any]:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    hashed = content_hash(content)
    return {
        "document_id": stable_id("doc", "website", site, path),
        "project": project,
        "source": "website",
        "repository": site,
        "path": path,
        "revision": hashed[:12],
        "url": url,
        "media_type": media_type,
        "licence": "unknown",
        "licence_source": None,
        "attribution": None,
        "content": content,
        "content_hash": hashed,
    }


def _template(mirror: Path) -> str | None:
    """Return how a mirror whose pages are not those of the public site wants them addressed."""
    file = mirror / "websites.permalink"
    return file.read_text("utf-8").strip() if file.is_file() else None


def _permalink(template: str | None, site: str, path: str) -> str | None:
    return template.replace("{site}", site).replace("{path}", path) if template else None


def _refuse_private(host: str) -> None:
    """Refuse hosts inside our own network: a landscape entry must not reach what it cannot."""
    try:
        found = socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)
    except OSError as error:
        raise UnreadableSourceError("unresolvable-host", f"{host}: {error}") from error
    for *_, address in found:
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise UnreadableSourceError("private-address", f"{host} is at {address[0]}")


def _changes(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    old = dict(before.select("document_id", "content_hash").iter_rows())
    new = dict(after.select("document_id", "content_hash").iter_rows())
    both = old.keys() & new.keys()
    changed = sum(old[key] != new[key] for key in both)
    return {
        "added": len(new.keys() - old.keys()),
        "changed": changed,
        "removed": len(old.keys() - new.keys()),
        "unchanged": len(both) - changed,
    }
