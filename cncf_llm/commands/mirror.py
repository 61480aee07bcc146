"""`cncf-llm mirror`: fill a mirror from what was carried in."""

from collections.abc import Callable, Sequence
from itertools import filterfalse
from pathlib import Path

from rich.console import Console

from cncf_llm import sample
from cncf_llm.commands.errors import UsageError
from cncf_llm.ingest import DumpError, mirror_dump
from cncf_llm.ingest.stackexchange.mirror import is_tag
from cncf_llm.landscape import LandscapeError, read_landscape
from cncf_llm.landscape.curated import curated_sources
from cncf_llm.settings import Settings


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


def _all_tags(settings: Settings, say: Callable[[str], None]) -> list[str]:
    source = settings.landscape or str(sample.LANDSCAPE)
    projects = read_landscape(source, offline=settings.offline).projects
    tags = {tag for row in projects["stackoverflow_tags"] for tag in row}
    tags = tags.union(*(each.stackoverflow for each in curated_sources().values()))
    for tag in sorted(filterfalse(is_tag, tags)):
        say(f"left out, refused-tag: {tag!r} of the landscape is not a Stack Overflow tag")
    return sorted(filter(is_tag, tags))
