"""From what a crawl wrote to the rows of a site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.ingest.licences.names import UNKNOWN
from cncf_llm.ingest.licences.texts import attribution
from cncf_llm.ingest.website.job import CrawlJob, KnownPage
from cncf_llm.store import content_hash, stable_id

Validators = Mapping[str, Sequence[str | None]]  # site and path -> ETag, Last-Modified


@dataclass(frozen=True)
class SitePages:
    """Rows of DOCUMENTS, drops (item, reason, detail), validators, and how many were unchanged."""

    rows: list[dict[str, Any]]
    drops: list[tuple[str, str, str]]
    validators: dict[str, list[str | None]]
    not_modified: int


def known_pages(
    site: str, before: pl.DataFrame, validators: Validators, folder: Path
) -> dict[str, KnownPage]:
    """Write the pages of an earlier crawl into the folder of the next; list them by path."""
    known = {}
    for path, media_type, content, name in before.select(
        "path", "media_type", "content", "content_hash"
    ).iter_rows():
        (folder / name).write_bytes(content)
        etag, modified = validators.get(site + path) or (None, None)
        known[path] = KnownPage(name, media_type, etag, modified)
    return known


def site_pages(
    project: str, site: str, job: CrawlJob, lines: list[dict[str, Any]], before: pl.DataFrame
) -> SitePages:
    """Make the rows of a site from the lines of its crawl and its rows of the time before.

    A page that names another one of the site as its canonical address is dropped as
    `canonical-elsewhere` when that one was read too and stands for itself. When that one was not
    asked for, the page is stored under its address.

    When the crawl was cut short, rows of pages that it did not come to are kept, as far as the
    site's limit on pages allows; what it found gone, moved or refused is not.
    """
    written = [line for line in lines if "file" in line]
    drops = [(line["url"], line["reason"], line["detail"]) for line in lines if "reason" in line]
    judged = {path for line in lines for path in line["paths"]}
    by_path = {line["paths"][-1]: line for line in written}
    rows: dict[str, dict[str, Any]] = {}
    validators: dict[str, list[str | None]] = {}
    for path, line in sorted(by_path.items(), key=lambda item: (_elsewhere(*item), item[0])):
        target = line["canonical"] or path
        other = by_path.get(target)
        if target == path or (other and _elsewhere(target, other)):
            target = path
        elif target in rows:
            drops.append((line["url"], "canonical-elsewhere", f"is {rows[target]['url']}"))
            continue
        elif target in judged:  # such as a canonical address that is not found
            target = path
        content = (Path(job.folder) / line["file"]).read_bytes()
        rows[target] = _row(project, site, job, target, line, content)
        if path == target and any(line["validators"]):
            validators[site + path] = line["validators"]
    if any(line.get("cut_short") for line in lines):
        unseen = before.filter(~pl.col("path").is_in([*judged, *rows])).sort("path")
        for row in unseen.iter_rows(named=True):
            if len(rows) >= job.limits.pages:
                detail = "read by an earlier crawl; this one did not come to it"
                drops.append((row["url"], "page-limit", detail))
                continue
            rows[row["path"]] = row
            known = job.known.get(row["path"])
            if known and (known.etag or known.modified):
                validators[site + row["path"]] = [known.etag, known.modified]
    stored = sum(line["stored"] == "not-modified" for line in written)
    return SitePages(list(rows.values()), drops, validators, stored)


def _elsewhere(path: str, line: dict[str, Any]) -> bool:
    return line["canonical"] not in (None, path)


def _row(
    project: str, site: str, job: CrawlJob, path: str, line: dict[str, Any], content: bytes
) -> dict[str, Any]:
    hashed = content_hash(content)
    own = line["paths"][-1] == path
    url = line["url"] if own else f"https://{job.host}{path}"
    licence = line["licence"]
    return {
        "document_id": stable_id("doc", "website", site, path),
        "project": project,
        "source": "website",
        "repository": site,
        "path": path,
        "revision": hashed[:12],
        "url": url,
        "media_type": line["media_type"],
        "licence": licence,
        "licence_source": None if licence == UNKNOWN else line["url"],
        "attribution": attribution(licence, site, url),
        "content": content,
        "content_hash": hashed,
    }
