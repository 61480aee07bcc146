"""Which of a project's sources moved since they were read: found out without fetching any.

A source's state is a short text that is the same as long as the source is. A reading notes the
states that it saw as the fact `seen` of its version. So a source has moved when its state now is
not the one that was read; a reading that failed notes none, and its source stays moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.name import repository_name
from cncf_llm.ingest.git.source import head_commit
from cncf_llm.ingest.stackexchange.api import API, Api
from cncf_llm.ingest.stackexchange.state import file_state, tag_state
from cncf_llm.ingest.website.job import site_of_url
from cncf_llm.ingest.website.sites import website_state
from cncf_llm.store import digest

REPOSITORY, WEBSITE, STACKOVERFLOW = "repository", "website", "stackoverflow"
STACKOVERFLOW_HOST = urlsplit(API).netloc
_SHOWN = 3  # moved sources that a reason names; the others it counts


@dataclass(frozen=True)
class Source:
    """A repository (named by its URL), website (by its site) or tag of Stack Overflow.

    `host` is whom a check asks when there is no mirror. `urls` are a website's start URLs.
    """

    kind: str
    name: str
    host: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
    """A source whose state is not the one that was read: `before` is None when it never was."""

    kind: str
    name: str
    before: str | None
    now: str | None

    def __str__(self) -> str:
        label = _label(self)
        if self.now is None:
            return f"{label} is no longer a source"
        if self.before is None:
            return f"{label} was never read"
        if self.kind == REPOSITORY:
            return f"{label} moved from {self.before[:7]} to {self.now[:7]}"
        return f"{label} changed" if self.kind == WEBSITE else f"{label} has something new"


def sources_of(row: Mapping[str, Any]) -> list[Source]:
    """Return the sources of a row of the landscape's PROJECTS; URLs that name none are left out."""
    found = {}
    for url in row["repositories"]:
        try:
            found[REPOSITORY, url] = Source(REPOSITORY, url, repository_name(url).host)
        except UnreadableSourceError:
            continue  # a reading says so in its drops
    sites: dict[str, list[str]] = {}
    for url in filter(None, [row["homepage"], *row["documentation"]]):
        try:
            sites.setdefault(site_of_url(url), []).append(url)
        except UnreadableSourceError:
            continue
    for site, urls in sites.items():
        found[WEBSITE, site] = Source(WEBSITE, site, site, tuple(urls))
    for tag in row["stackoverflow_tags"]:
        found[STACKOVERFLOW, tag] = Source(STACKOVERFLOW, tag, STACKOVERFLOW_HOST)
    return list(found.values())


def source_state(
    source: Source,
    known: str | None,
    *,
    mirror: Path | None,
    api: Api | None = None,
    offline: bool = False,
    seconds: float = 60,
) -> str:
    """Return the state of a source now; it is `known` when nothing changed since that was read.

    Websites are asked without a mirror, and tags through the `api`. Raises
    `UnreadableSourceError` when the state cannot be known, with a reason of `head_commit`,
    `website_state`, `file_state` or `tag_state`; and `OfflineError`, `MirrorError` as these do.
    """
    if source.kind == REPOSITORY:
        return head_commit(source.name, mirror=mirror, offline=offline, seconds=seconds)
    if source.kind == WEBSITE:
        return website_state(
            source.urls, mirror=mirror, crawl=True, offline=offline, known=known, seconds=seconds
        )
    if mirror is not None:
        return file_state(source.name, mirror)
    if api is None:
        raise UnreadableSourceError("crawling-is-off", "set CNCF_LLM_CRAWL to ask Stack Overflow")
    return tag_state(api, source.name, known)


def moves(
    sources: Sequence[Source],
    states: Mapping[Source, str],
    seen: Mapping[str, Mapping[str, str]],
) -> list[Move]:
    """Return which sources moved. `seen` maps a kind to the states that its last reading saw.

    `states` are those of now, of the sources that could be checked. What was read and is no longer
    among all `sources` has moved as well.
    """
    found = []
    for source, now in states.items():
        before = seen.get(source.kind, {}).get(source.name)
        if before != now:
            found.append(Move(source.kind, source.name, before, now))
    named = {(source.kind, source.name) for source in sources}
    for kind, names in seen.items():
        found += [
            Move(kind, name, names[name], None) for name in names if (kind, name) not in named
        ]
    return sorted(found, key=lambda move: (move.kind, move.name))


def moves_digest(found: Sequence[Move]) -> str:
    """Return a short digest of where the sources are now: of the same state always the same."""
    return digest({f"{move.kind} {move.name}": move.now for move in found})[:16]


def explain(found: Sequence[Move]) -> str:
    """Return a sentence for people that names the first moved sources and counts the others."""
    said = "; ".join(map(str, found[:_SHOWN]))
    more = len(found) - _SHOWN
    return f"{said}; and {more} more" if more > 0 else said


def _label(move: Move) -> str:
    if move.kind == REPOSITORY:
        return repository_name(move.name).label
    return f"the website {move.name}" if move.kind == WEBSITE else f"the tag [{move.name}]"
