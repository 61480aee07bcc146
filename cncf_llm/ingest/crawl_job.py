"""What a crawl is asked to do, as a JSON file between the asking and the crawling process."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from cncf_llm.ingest.errors import UnreadableSourceError


@dataclass(frozen=True)
class CrawlLimits:
    """Links away from a start page, pages, bytes of one page and of all, and seconds."""

    depth: int = 8
    pages: int = 500
    page_bytes: int = 10_000_000
    total_bytes: int = 200_000_000
    seconds: float = 600


DEFAULT_CRAWL_LIMITS = CrawlLimits()


@dataclass(frozen=True)
class CrawlJob:
    """One site. `base` is where it is fetched: `https://<host>`, or a server on this machine.

    `folder` receives `results.jsonl` (one page or drop a line), `<SHA-256>` files with the
    contents, and `finished.json` when the crawl came to its end.
    """

    host: str
    base: str
    start_urls: tuple[str, ...]
    folder: str
    limits: CrawlLimits

    @property
    def mirrored(self) -> bool:
        return self.base != f"https://{self.host}"

    def address(self, url: str) -> str | None:
        """Return where to fetch a URL of the site, None when it is not of the site."""
        url = urldefrag(url).url
        if self.mirrored and url.startswith(f"{self.base}/"):
            return url
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # such as a port that is no number
            return None
        if parts.scheme not in ("http", "https") or port not in (None, 80, 443):
            return None
        if site_of(parts.hostname or "") != site_of(self.host):
            return None
        if not self.mirrored:
            return url
        return f"{self.base}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")

    def canonical(self, url: str) -> str:
        """Return the public URL of a fetched one."""
        url = urldefrag(url).url
        if self.mirrored and url.startswith(f"{self.base}/"):
            return f"https://{self.host}{url.removeprefix(self.base)}"
        return url

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "CrawlJob":
        fields = json.loads(path.read_text())
        fields["start_urls"] = tuple(fields["start_urls"])
        return cls(**fields | {"limits": CrawlLimits(**fields["limits"])})


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
