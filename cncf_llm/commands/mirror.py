"""`cncf-llm mirror`: fill a mirror, from the network or from what was carried in."""

from collections.abc import Callable, Sequence
from itertools import filterfalse
from pathlib import Path

from rich.console import Console

from cncf_llm import sample
from cncf_llm.commands.errors import UsageError
from cncf_llm.ingest import DumpError, UnreadableSourceError, mirror_dump
from cncf_llm.ingest.git.bundle import Bundled, bundle_repository
from cncf_llm.ingest.git.name import RepositoryName, repository_name
from cncf_llm.ingest.git.remote import Remote
from cncf_llm.ingest.stackexchange.mirror import is_tag
from cncf_llm.landscape import LandscapeError, read_landscape
from cncf_llm.landscape.curated import curated_sources
from cncf_llm.settings import Settings


def _bundle(name: RepositoryName, file: Path) -> Bundled:
    return bundle_repository(Remote(name.url), file)


def mirror_stackexchange(
    settings: Settings, console: Console, posts: Path, mirror: Path, tags: Sequence[str] | None
) -> None:
    """Make the mirror's `stackexchange/` out of a dump's Posts.xml and say what was found.

    Without `tags`, those of all projects of the landscape and of the curated sources are taken.
    Raises `UsageError` when dump, mirror or landscape cannot be used.
    """

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True, markup=False)

    try:
        found = mirror_dump(posts, mirror, _all_tags(settings, say) if tags is None else tags, say)
    except (DumpError, LandscapeError) as error:
        raise UsageError(str(error)) from error
    speed = found.bytes / 1e6 / max(found.seconds, 0.001)
    say(
        f"{found.rows:,} rows, {found.bytes / 1e6:,.0f} MB in {found.seconds:,.1f} s "
        f"({speed:,.0f} MB/s): {found.questions:,} questions, {found.answers:,} answers"
    )
    for tag, questions in sorted(found.tags.items()):
        say(f"  {tag}: {questions:,} questions")
    for reason, rows in sorted(found.malformed.items()):
        say(f"  left out, {reason}: {rows:,} rows")


def mirror_repositories(
    settings: Settings,
    console: Console,
    mirror: Path,
    projects: Sequence[str] | None,
    bundle: Callable[[RepositoryName, Path], Bundled] = _bundle,
) -> int:
    """Write one git bundle per repository of the projects; return how many could not be made.

    A repository that cannot be read is told with its reason, and its last bundle stays. Raises
    `UsageError` when the landscape cannot be read or lacks a project, or with CNCF_LLM_OFFLINE.
    """
    if settings.offline:
        raise UsageError("mirror repositories needs the network, but CNCF_LLM_OFFLINE is on")

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True, markup=False)

    mirror.mkdir(parents=True, exist_ok=True)
    urls = _repositories(settings, projects)
    total = failed = changed = 0
    for url in urls:
        try:
            name = repository_name(url)
            made = bundle(name, mirror / f"{name.folder}.bundle")
        except UnreadableSourceError as error:
            say(f"  {error.reason}: {error.detail}")
            failed += 1
            continue
        total, changed = total + made.bytes, changed + made.changed
        word = "changed" if made.changed else "unchanged"
        say(f"  {made.file.name}: {made.bytes / 1e6:,.1f} MB at {made.commit[:12]}, {word}")
    say(
        f"{len(urls)} repositories, {total / 1e6:,.0f} MB: {changed} changed, "
        f"{len(urls) - failed - changed} unchanged, {failed} failed"
    )
    return failed


def _repositories(settings: Settings, projects: Sequence[str] | None) -> list[str]:
    source = settings.landscape or str(sample.LANDSCAPE)
    try:
        rows = read_landscape(source).projects
    except LandscapeError as error:
        raise UsageError(str(error)) from error
    unknown = sorted(set(projects or ()) - set(rows["project"]))
    if unknown:
        raise UsageError(f"the landscape has no project {', '.join(unknown)}")
    wanted = rows if projects is None else rows.filter(rows["project"].is_in(list(projects)))
    return sorted({url for row in wanted["repositories"] for url in row})


def _all_tags(settings: Settings, say: Callable[[str], None]) -> list[str]:
    source = settings.landscape or str(sample.LANDSCAPE)
    projects = read_landscape(source, offline=settings.offline).projects
    tags = {tag for row in projects["stackoverflow_tags"] for tag in row}
    tags = tags.union(*(each.stackoverflow for each in curated_sources().values()))
    for tag in sorted(filterfalse(is_tag, tags)):
        say(f"left out, refused-tag: {tag!r} of the landscape is not a Stack Overflow tag")
    return sorted(filter(is_tag, tags))
