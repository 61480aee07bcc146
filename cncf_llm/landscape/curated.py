"""Documentation sources that the landscape does not name, from `sources.yaml` beside this file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cncf_llm.landscape.item import unique
from cncf_llm.landscape.safe_yaml import load_yaml

SOURCES = Path(__file__).parent / "sources.yaml"


@dataclass(frozen=True)
class Sources:
    """What `sources.yaml` knows of one project: https URLs of repositories and sites, and tags."""

    repositories: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    stackoverflow: tuple[str, ...] = ()


@cache
def curated_sources(path: Path = SOURCES) -> Mapping[str, Sources]:
    """Return the curated sources by project key."""
    entries = load_yaml(path.read_bytes())
    return {
        project: Sources(
            repositories=tuple(f"https://github.com/{name}" for name in entry.get("repos", ())),
            documentation=tuple(entry.get("docs", ())),
            stackoverflow=tuple(entry.get("tags", ())),
        )
        for project, entry in entries.items()
    }


def with_curated(row: dict[str, Any], sources: Sources) -> dict[str, Any]:
    """Return a PROJECTS row with the curated sources after those of the landscape."""

    def joined(column: str, further: Iterable[str]) -> list[str]:
        return unique([*row[column], *further])

    return row | {
        "repositories": joined("repositories", sources.repositories),
        "documentation": joined("documentation", sources.documentation),
        "stackoverflow_tags": joined("stackoverflow_tags", sources.stackoverflow),
    }
