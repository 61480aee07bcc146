"""The documentation files of all repositories of one project."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from cncf_llm.ingest.errors import NoSourceError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.git.name import repository_name
from cncf_llm.ingest.git.previous import earlier_documents
from cncf_llm.ingest.git.repository import DEFAULT_LIMITS, RepositoryLimits, read_repository
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.store import DROPS

# The repository is probably there, only not readable now: what is known of it stays.
_PASSING = {
    "damaged-bundle",
    "damaged-repository",
    "incomplete-bundle",
    "rate-limited",
    "refused-redirect",
    "refused-token",
    "timed-out",
    "too-large",
    "tree-too-large",
    "unreachable",
}


def read_repositories(
    project: str,
    urls: Sequence[str],
    *,
    mirror: Path | None,
    cache: Path,
    previous: pl.DataFrame | None = None,
    offline: bool = False,
    limits: RepositoryLimits = DEFAULT_LIMITS,
) -> Reading:
    """Read the repositories one after the other; see `read_repository`.

    A repository that cannot be read is a row of drops. Where that may pass (damaged, unreachable),
    its documents of `previous` are kept. Facts: the sums `added`, `changed`, `removed`,
    `unchanged`, `out_of_scope`, `repositories`, the facts of each that was read, and `seen`, the
    commit that was read of each URL.

    Raises `NoSourceError` when none could be read, `OfflineError` when `offline` is on and there is
    no mirror, `MirrorError` when the mirror is not a folder.
    """
    if offline and mirror is None and urls:
        raise OfflineError(
            f"Reading the repositories of {project} would leave this machine, but CNCF_LLM_OFFLINE "
            "is on. Set CNCF_LLM_MIRROR to a folder of bundles or bare repositories, or turn "
            "CNCF_LLM_OFFLINE off."
        )
    documents, drops, facts = [], [], []
    failed: list[UnreadableSourceError] = []
    read: set[str] = set()
    seen: dict[str, str] = {}
    for url in urls:
        try:
            reading = read_repository(
                url,
                project=project,
                mirror=mirror,
                cache=cache,
                previous=previous,
                offline=offline,
                limits=limits,
            )
        except UnreadableSourceError as error:
            failed.append(error)
            detail = error.detail
            label = repository_name(url).label if error.reason in _PASSING else ""
            if (kept := earlier_documents(previous, label)).height:
                documents.append(kept)
                read.add(label)
                detail += f"; {kept.height} documents of an earlier reading are kept"
            row = {"project": project, "item": url, "reason": error.reason, "detail": detail}
            drops.append(DROPS.frame([row]))
            continue
        seen[url] = str(reading.facts["commit"])
        if reading.facts["repository"] in read:
            continue  # the same repository under another URL
        read.add(str(reading.facts["repository"]))
        documents.append(reading.documents)
        drops.append(reading.drops)
        facts.append(reading.facts)
    if not facts:
        raise NoSourceError(_nothing_read(project, urls, failed, mirror))
    table = pl.concat([DOCUMENTS.frame(), *documents]).sort("repository", "path")
    sums = {
        count: sum(int(fact[count]) for fact in facts)
        for count in ("added", "changed", "removed", "unchanged", "out_of_scope")
    }
    sums["removed"] += _of_other_repositories(previous, read)
    return Reading(
        table,
        pl.concat([DROPS.frame(), *drops]),
        {"documents": table.height, **sums, "repositories": facts, "seen": seen},
    )


def _of_other_repositories(previous: pl.DataFrame | None, read: set[str]) -> int:
    """Return how many earlier documents belong to repositories that are no longer read."""
    if previous is None:
        return 0
    return previous.filter(~pl.col("repository").is_in(sorted(read))).height


def _nothing_read(
    project: str,
    urls: Sequence[str],
    failed: Sequence[UnreadableSourceError],
    mirror: Path | None,
) -> str:
    if not urls:
        return (
            f"{project} has no repository. Add one to the landscape file or to "
            "cncf_llm/landscape/sources.yaml."
        )
    tried = "; ".join(
        f"{url} ({error.reason}: {error.detail})" for url, error in zip(urls, failed, strict=True)
    )
    way_out = (
        f"Put a bundle or bare repository <owner>__<name> into the mirror {mirror}, or unset "
        "CNCF_LLM_MIRROR to read from the remotes."
        if mirror
        else "Check the network and the addresses, or set CNCF_LLM_MIRROR to a folder of bundles."
    )
    return f"None of the repositories of {project} could be read: {tried}. {way_out}"
