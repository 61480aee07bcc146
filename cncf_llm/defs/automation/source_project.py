"""A project as `source_changes` sees it: its sources, and what its stored readings saw of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cncf_llm import ingest as stage
from cncf_llm.defs.automation.source_checks import Check
from cncf_llm.store import Store

ASSETS = {
    stage.REPOSITORY: "repository_documents",
    stage.WEBSITE: "website_documents",
    stage.STACKOVERFLOW: "stackoverflow_threads",
}


@dataclass(frozen=True)
class Project:
    """All `sources` that the landscape names, and the `checks` that are due.

    `seen` maps a kind to the states that its stored reading saw. `missing` are the raw assets that
    were never made.
    """

    name: str
    sources: Sequence[stage.Source]
    checks: Sequence[Check]
    seen: Mapping[str, Mapping[str, str]]
    missing: Sequence[str]

    def readable(self, states: Mapping[stage.Source, str]) -> bool:
        """Say whether a run could succeed: a repository was read before, or can be seen now."""
        return stage.REPOSITORY in self.seen or any(s.kind == stage.REPOSITORY for s in states)


def load_project(
    store: Store, name: str, row: Mapping[str, Any], due: Sequence[stage.Source]
) -> Project:
    """Return the project of a landscape row. Raises `StoreError` when its data is damaged."""
    seen: dict[str, Mapping[str, str]] = {}
    missing = []
    for kind, asset in ASSETS.items():
        version = store.current(asset, name)
        if version is None:
            missing.append(asset)
        else:
            seen[kind] = version.facts.get("seen") or {}
    checks = [Check(name, s, seen.get(s.kind, {}).get(s.name)) for s in due]
    return Project(name, stage.sources_of(row), checks, seen, missing)
