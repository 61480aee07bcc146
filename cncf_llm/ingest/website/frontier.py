"""Which addresses of a site are asked for, each once and within limits."""

from collections import Counter
from dataclasses import dataclass

from cncf_llm.ingest.website.address import LONGEST_URL, alike, page_path
from cncf_llm.ingest.website.job import CrawlJob

_MOST_SITEMAPS = 100


@dataclass(frozen=True)
class Refusal:
    """An address is not asked for; `cut_short`: the crawl is not complete without it."""

    reason: str
    detail: str
    cut_short: bool


class Frontier:
    """Remembers what was asked for. A limit is told once, not for each address beyond it."""

    def __init__(self, job: CrawlJob) -> None:
        self.job = job
        self.pages: set[str] = set()
        self.sitemaps: set[str] = set()
        self.alike: Counter[str] = Counter()
        self.told: set[str] = set()

    def page(self, url: str, far: int) -> str | Refusal | None:
        """Return where to ask for a page `far` links from the start, or why not to.

        None: it is not of the site, or was asked for, or the limit was told before.
        """
        limits = self.job.limits
        address = self.job.address(url)
        if address is None:
            return None
        if len(address) > LONGEST_URL:
            return self._refuse("url-too-long", f"{len(address):,} characters")
        path = page_path(self.job.public(address))
        if path in self.pages:
            return None
        if far > limits.depth:
            return self._refuse("depth-limit", f"{far} links from the start", cut_short=True)
        pattern = alike(path)
        if self.alike[pattern] >= limits.alike:
            detail = f"{limits.alike} addresses like {pattern}"
            return self._refuse("too-many-alike", detail, of=pattern)
        if len(self.pages) >= limits.pages:
            return self._refuse("page-limit", f"{limits.pages} pages", cut_short=True)
        self.alike[pattern] += 1
        self.pages.add(path)
        return address

    def sitemap(self, url: str) -> str | None:
        """Return where to ask for a sitemap, None when it is another site's, known or too many."""
        address = self.job.address(url)
        if address is None or len(address) > LONGEST_URL or address in self.sitemaps:
            return None
        if len(self.sitemaps) >= _MOST_SITEMAPS:
            return None
        self.sitemaps.add(address)
        return address

    def _refuse(
        self, reason: str, detail: str, *, of: str = "", cut_short: bool = False
    ) -> Refusal | None:
        if reason + of in self.told:
            return None
        self.told.add(reason + of)
        return Refusal(reason, detail, cut_short)
