"""Which projects enter and leave, and what is remembered of those that left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from cncf_llm.landscape.tables import RETIRED


@dataclass(frozen=True)
class Membership:
    """Keys of projects that enter; of those that leave, as the landscape no longer has them; of
    those put aside, as they are no longer wanted; and wanted ones that the landscape lacks."""

    enter: tuple[str, ...]
    leave: tuple[str, ...]
    aside: tuple[str, ...]
    unknown: tuple[str, ...]

    def __bool__(self) -> bool:
        """Say whether anybody enters or leaves."""
        return bool(self.enter or self.leave or self.aside)

    def __str__(self) -> str:
        said = [
            f"{len(keys)} {verb} ({_some(keys)})"
            for verb, keys in (
                ("entered", self.enter),
                ("left the landscape", self.leave),
                ("put aside by CNCF_LLM_PROJECTS", self.aside),
            )
            if keys
        ]
        return "; ".join(said) or "nobody entered or left"


def membership(
    projects: Collection[str], known: Collection[str], wanted: Sequence[str] = ()
) -> Membership:
    """Compare the landscape's projects with the `known` ones. No `wanted`: all are."""
    chosen = set(projects).intersection(wanted) if wanted else set(projects)
    gone = set(known) - chosen
    return Membership(
        enter=tuple(sorted(chosen - set(known))),
        leave=tuple(sorted(gone - set(projects))),
        aside=tuple(sorted(gone & set(projects))),
        unknown=tuple(sorted(set(wanted) - set(projects))),
    )


def retired_projects(
    projects: pl.DataFrame,
    before: pl.DataFrame,
    retired_before: pl.DataFrame | None,
    source_hash: str,
) -> pl.DataFrame:
    """Return table RETIRED: who was in the landscape `before`, or had left by then, and is not now.

    `source_hash` is that of the file `before` was read from. A project that comes back is no longer
    retired.
    """
    left = before.select("project", "name", landscape=pl.lit(source_hash))
    earlier = retired_before if retired_before is not None else RETIRED.frame()
    rows = pl.concat([left, earlier.select(RETIRED.schema.names())])
    rows = rows.filter(~pl.col("project").is_in(projects["project"].to_list()))
    return rows.unique("project", keep="first").sort("project")


def lost_too_many(projects: int, before: int) -> bool:
    """Say whether a landscape is a wrong or truncated file: less than half of the projects left.

    A file cut off between two items is valid YAML; only its size tells.
    """
    return projects == 0 or projects * 2 < before


def _some(keys: Sequence[str], most: int = 10) -> str:
    more = len(keys) - most
    return ", ".join(keys[:most]) + (f" and {more} more" if more > 0 else "")
