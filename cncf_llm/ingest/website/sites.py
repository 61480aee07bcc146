"""The pages of a project's websites."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

from cncf_llm.ingest.errors import MirrorError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.ingest.website.job import (
    DEFAULT_CRAWL_LIMITS,
    CrawlJob,
    CrawlLimits,
    site_of_url,
)
from cncf_llm.ingest.website.mirrored_site import serve_folder
from cncf_llm.ingest.website.process import run_crawl
from cncf_llm.ingest.website.rows import SitePages, Validators, known_pages, site_pages
from cncf_llm.ingest.website.state import folder_state, site_state
from cncf_llm.store import DROPS

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
    validators: Validators | None = None,
    limits: CrawlLimits = DEFAULT_CRAWL_LIMITS,
    progress: Callable[[str], None] | None = None,
) -> Reading:
    """Crawl the sites of the start URLs, each on its own host only; keep HTML, PDF and Markdown.

    With a `mirror`, `<mirror>/websites/<host>/` is read in place of the site and nothing else is
    contacted; rows have the site's public URLs, or what the file `<mirror>/websites.permalink`
    makes of `{site}` and `{path}`. Without one, sites are crawled only if `crawl` is on.

    Of an earlier crawl, `previous` are the documents and `validators` the fact of that name. A page
    that the server says is unchanged, or that cannot be had for a reason that may pass (no answer,
    429, 5xx), stays as it was and its links are followed. When a crawl fails or a limit cuts it
    short, pages that it did not come to stay too; what it found gone, moved or refused does not.

    Only public addresses are connected to, checked at each connection. Where the environment names
    a proxy, the proxy resolves the names and has to refuse private addresses itself.

    Facts: `documents`, `added`, `changed`, `removed`, `unchanged`, `not_modified` (pages that the
    server did not send again), `sites` (pages of each), `validators` (site and path to ETag and
    Last-Modified), `seen` (the state of each site, as `website_state` gives it, before its crawl).

    Drop reasons of sites: `not-in-mirror`, `crawling-is-off`, `refused-url`, `shared-host`,
    `unresolvable-host`, `private-address`, `crawl-failed`, `crawl-stalled`, `crawl-timed-out`.
    Of pages: `http-<status>`, `disallowed-by-robots`, `redirect-to-other-site`, `redirect-loop`,
    `too-large`, `not-html`, `not-text`, `unsupported-media-type`, `unsupported-encoding`,
    `empty-page`, `noindex`, `canonical-elsewhere`, `download-failed`, `unreadable-page`,
    `unreadable-sitemap`. Told once, of addresses that are not asked for: `url-too-long`,
    `too-many-alike` (for each pattern), `page-limit`, `depth-limit`, `byte-limit`, `time-limit`,
    `memory-limit`, `site-failing`, `asked-to-wait`.

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
    drops: list[tuple[str, str, str]] = []
    sites: dict[str, list[str]] = {}
    for url in start_urls:
        try:
            sites.setdefault(site_of_url(url), []).append(url)
        except UnreadableSourceError as error:
            drops.append((url, error.reason, error.detail))
    before = previous if previous is not None else DOCUMENTS.frame()
    tables, pages, old_validators, not_modified = [], {}, dict(validators or {}), 0
    found: dict[str, Sequence[str | None]] = {}
    seen: dict[str, str] = {}
    for site, urls in sorted(sites.items()):
        known = before.filter(pl.col("repository") == site).select(DOCUMENTS.schema.names())
        state = None
        with suppress(UnreadableSourceError):  # why is told by the crawl
            state = website_state(urls, mirror=mirror, crawl=crawl, offline=offline)
        try:
            result = _crawl_site(
                project, site, urls, mirror, crawl, known, old_validators, limits, progress
            )
        except UnreadableSourceError as error:
            detail = error.detail
            if error.reason not in ("not-in-mirror", "crawling-is-off", "shared-host"):
                tables.append(known)
                found |= {k: v for k, v in old_validators.items() if k.partition("/")[0] == site}
                detail += f"; {known.height} pages of an earlier crawl are kept"
            drops.append((urls[0], error.reason, detail))
            continue
        tables.append(DOCUMENTS.frame(result.rows))
        pages[site] = len(result.rows)
        if state:
            seen[site] = state
        drops += result.drops
        found |= result.validators
        not_modified += result.not_modified
    table = pl.concat([DOCUMENTS.frame(), *tables]).sort("repository", "path")
    facts = {
        "documents": table.height,
        **_changes(before, table),
        "not_modified": not_modified,
        "sites": pages,
        "validators": dict(sorted(found.items())),
        "seen": seen,
    }
    rows = [
        {"project": project, "item": item, "reason": reason, "detail": detail}
        for item, reason, detail in sorted(drops)
    ]
    return Reading(table, DROPS.frame(rows), facts)


def _crawl_site(
    project: str,
    site: str,
    urls: Sequence[str],
    mirror: Path | None,
    crawl: bool,
    before: pl.DataFrame,
    validators: Validators,
    limits: CrawlLimits,
    progress: Callable[[str], None] | None,
) -> SitePages:
    folder = _place(urls, mirror, crawl)
    if mirror is None or folder is None:
        host = (urlsplit(urls[0]).hostname or "").lower()
        serving, template = nullcontext(f"https://{host}"), None
    else:
        serving, template = serve_folder(folder), _template(mirror)
    with serving as base:
        result = crawl_site(project, tuple(urls), base, before, validators, limits, progress)
    for row in result.rows:
        row["url"] = _permalink(template, site, row["path"]) or row["url"]
    return result


def website_state(
    urls: Sequence[str],
    *,
    mirror: Path | None,
    crawl: bool = False,
    offline: bool = False,
    known: str | None = None,
    seconds: float = 60,
) -> str:
    """Return what stays the same as long as a site does, without crawling it.

    `urls` are the start URLs of one site. With a `mirror` it is made of the names, sizes and dates
    of the site's files, without one of what the server says of the start pages and the sitemap (see
    `site_state`). `known` is returned when nothing changed since it was. Raises
    `UnreadableSourceError` for a site that `read_website` would not read, and those of
    `site_state`; `OfflineError`, when `offline` is on and a server would be asked.
    """
    folder = _place(urls, mirror, crawl)
    if folder is not None:
        return folder_state(folder)
    if offline:
        raise OfflineError(f"Asking {urls[0]} would leave this machine, but CNCF_LLM_OFFLINE is on")
    return site_state(urls, known=known, seconds=seconds)


def _place(urls: Sequence[str], mirror: Path | None, crawl: bool) -> Path | None:
    """Return the site's folder in the mirror, None for where it is in public."""
    site, host = site_of_url(urls[0]), (urlsplit(urls[0]).hostname or "").lower()
    if site in _SHARED:
        raise UnreadableSourceError("shared-host", f"{host} is not the project's own")
    if mirror is None:
        if not crawl:
            raise UnreadableSourceError("crawling-is-off", "set CNCF_LLM_CRAWL to crawl websites")
        return None
    for name in (host, site):
        if (folder := mirror / "websites" / name).is_dir():
            return folder.resolve()
    raise UnreadableSourceError("not-in-mirror", f"the mirror has no websites/{host}/")


def crawl_site(
    project: str,
    urls: tuple[str, ...],
    base: str,
    before: pl.DataFrame,
    validators: Validators,
    limits: CrawlLimits = DEFAULT_CRAWL_LIMITS,
    progress: Callable[[str], None] | None = None,
) -> SitePages:
    """Crawl one site where it is served: `https://<host>`, or a server on this machine."""
    site, host = site_of_url(urls[0]), (urlsplit(urls[0]).hostname or "").lower()
    with tempfile.TemporaryDirectory() as scratch:
        known = known_pages(site, before, validators, Path(scratch))
        job = CrawlJob(host, base, urls, scratch, limits, known)
        return site_pages(project, site, job, run_crawl(job, progress), before)


def _template(mirror: Path) -> str | None:
    """Return how a mirror whose pages are not those of the public site wants them addressed."""
    file = mirror / "websites.permalink"
    return file.read_text("utf-8").strip() if file.is_file() else None


def _permalink(template: str | None, site: str, path: str) -> str | None:
    return template.replace("{site}", site).replace("{path}", path) if template else None


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
