"""What a crawl is asked to do, as a JSON file between the asking and the crawling process."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.website.address import clean_url, page_path


@dataclass(frozen=True)
class CrawlLimits:
    """How far a crawl of one site goes.

    `depth`: links away from a start page. `pages`: addresses asked for. `page_bytes`: of a page,
    unpacked. `total_bytes`: of all. `seconds`: for all. `page_seconds`: for one answer. `wait`: the
    most seconds to wait before asking again. `stalled`: that a crawl may be busy with one page.
    `alike`: addresses that differ in digits only.
    """

    depth: int = 8
    pages: int = 2_000
    page_bytes: int = 10_000_000
    total_bytes: int = 200_000_000
    seconds: float = 1_800
    page_seconds: float = 30
    wait: float = 60
    stalled: float = 120
    alike: int = 100


DEFAULT_CRAWL_LIMITS = CrawlLimits()


@dataclass(frozen=True)
class KnownPage:
    """A page of an earlier crawl: its content is in the job's folder under `file`."""

    file: str
    media_type: str
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class CrawlJob:
    """One site. `base` is where it is fetched: `https://<host>`, or a server on this machine.

    `folder` receives `results.jsonl` (one page or drop a line), `progress.jsonl`, `<SHA-256>` files
    with the contents, and `finished.json` when the crawl came to its end. `known` are the pages of
    an earlier crawl, by path.
    """

    host: str
    base: str
    start_urls: tuple[str, ...]
    folder: str
    limits: CrawlLimits
    known: Mapping[str, KnownPage] = field(default_factory=dict)

    @property
    def mirrored(self) -> bool:
        return self.base != f"https://{self.host}"

    def owns(self, url: str) -> bool:
        """Return whether the URL may be fetched: it is of the site, or of the mirror's server."""
        if self.mirrored:
            return url.startswith(f"{self.base}/")
        return self._is_public(url)

    def address(self, url: str) -> str | None:
        """Return where to fetch a URL of the site, None when it is not of the site."""
        if self.mirrored and self._is_public(url):
            parts = urlsplit(url)
            url = f"{self.base}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
        return clean_url(url) if self.owns(url) else None

    def public(self, url: str) -> str:
        """Return the public URL of a fetched one."""
        url = clean_url(url)
        if self.mirrored and url.startswith(f"{self.base}/"):
            return f"https://{self.host}{url.removeprefix(self.base)}"
        return url

    def paths(self, urls: Iterable[str]) -> list[str]:
        """Return the paths of those URLs that are the site's, in order and each once."""
        own = (url for url in urls if self.address(url))
        return list(dict.fromkeys(page_path(self.public(url)) for url in own))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "CrawlJob":
        fields = json.loads(path.read_text())
        fields["start_urls"] = tuple(fields["start_urls"])
        fields["limits"] = CrawlLimits(**fields["limits"])
        fields["known"] = {path: KnownPage(**page) for path, page in fields["known"].items()}
        return cls(**fields)

    def _is_public(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            plain = parts.port in (None, 80, 443) and parts.username is None
        except ValueError:  # such as a port that is no number
            return False
        same = site_of(parts.hostname or "") == site_of(self.host)
        return parts.scheme in ("http", "https") and plain and same


def site_of(host: str) -> str:
    """Return the host in lower case without `www.`, which names the same site."""
    return host.lower().removeprefix("www.")


def site_of_url(url: str) -> str:
    """Return the site of an https (or http) URL. Raises `UnreadableSourceError`, `refused-url`."""
    try:
        parts = urlsplit(url)
        plain = parts.port is None and parts.username is None
    except ValueError as error:
        raise UnreadableSourceError("refused-url", f"{url!r}: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise UnreadableSourceError("refused-url", f"{url!r} is not of the form https://host/path")
    return site_of(parts.hostname)
