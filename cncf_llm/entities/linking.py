"""Which landscape project a name stands for: its own name, an alias, or one of its sub-projects."""

import re
from collections.abc import Mapping

import polars as pl

from cncf_llm.entities.gazetteer import curated
from cncf_llm.entities.labels import COMPONENT, LANGUAGE, PROJECT, STANDARD

# CNI is a standard, KCL a language, and both are projects; a command or concept never is one.
_LINKED = frozenset({PROJECT, STANDARD, COMPONENT, LANGUAGE})

# Names of repositories that say nothing of what is in them.
_PLAIN = re.compile(
    r"(?:website|docs?|documentation|community|gateway|site|www|spec|specification|api|core|cli|main"
    r"|examples?|enhancements|governance|\.github)(?:\.\w+)?"
)


def project_links(projects: pl.DataFrame) -> dict[str, str]:
    """Return the landscape key of each name that stands for a project, in lower case.

    These are names, aliases, the sub-projects that `gazetteer.yaml` lists, and the names of further
    repositories, also without hyphens. `projects` has the landscape's columns `project`, `name`
    and `aliases`, and may have `repositories`.
    """
    links: dict[str, str] = {}
    rows = projects.sort("project").to_dicts()
    for row in rows:
        for name in [row["name"], *(row["aliases"] or [])]:
            links.setdefault(name.lower(), row["project"])
    known = {row["project"] for row in rows}
    for project, names in curated()["sub_projects"].items():
        for name in names if project in known else ():
            links.setdefault(name.lower(), project)
    for row in rows:
        for url in row.get("repositories") or []:
            name = url.rstrip("/").rsplit("/", 1)[-1].lower()
            if not _PLAIN.fullmatch(name) and len(name) > 3:
                links.setdefault(name, row["project"])
                links.setdefault(name.replace("-", " "), row["project"])
    return links


def linked_project(links: Mapping[str, str], label: str, name: str) -> str | None:
    """Return the key of the project that an entity is or belongs to as a sub-project, or None."""
    return links.get(name.lower()) if label in _LINKED else None
