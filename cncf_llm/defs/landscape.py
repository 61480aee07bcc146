"""The landscape: which CNCF projects there are. Registers them as partitions."""

from typing import Any

import dagster as dg
import polars as pl

from cncf_llm import landscape as stage
from cncf_llm import sample
from cncf_llm.defs import pods
from cncf_llm.defs.checks import Check, RefusedError, specs
from cncf_llm.defs.present import Metadata, drop_metadata, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version, count_reasons

_CHECKS = (
    Check(
        "landscape_has_projects",
        "A landscape without any CNCF project, or with less than half of those it had, is a wrong "
        "or truncated file: it is refused.",
        lambda version: check_has_projects(version.table("projects")),
        blocking=True,
    ),
    Check(
        "projects_have_a_source",
        "Every project that is not archived names a repository to read.",
        lambda version: check_projects_have_a_source(version.table("projects")),
    ),
)

UNKNOWN_WANTED = "the landscape has no project %s, which CNCF_LLM_PROJECTS names"


@dg.asset(
    group_name="landscape",
    kinds={"yaml", "polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("landscape", _CHECKS),
    op_tags=pods.of("landscape"),
)
def landscape(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
) -> Results:
    """One row per CNCF project: names, category, maturity with dates, repositories, sites, tags.

    Its projects become partitions. One that left keeps its data and becomes a row of `retired`.
    Read from the `landscape.yml` that `CNCF_LLM_LANDSCAPE` names, or the embedded sample.
    """

    def build(draft: Draft) -> None:
        read = read_or_refuse(settings, draft.previous)
        for reason, count in count_reasons(read.drops).items():
            context.log.warning("%s of %s: see the table drops", count, reason)
        draft.write("projects", read.projects)
        draft.write("neighbours", read.neighbours)
        draft.write("retired", _retired(read, draft.previous))
        draft.write("drops", read.drops)
        draft.facts.update(read.facts)
        change = partition_changes(read, context.instance, settings)
        context.log.info("%s", change)
        if change.unknown:
            context.log.warning(UNKNOWN_WANTED, ", ".join(change.unknown))
        context.instance.add_dynamic_partitions(PROJECTS.name or "", change.enter)
        for project in (*change.leave, *change.aside):
            context.instance.delete_dynamic_partition(PROJECTS.name or "", project)

    yield from refresh(
        context, store, build, _describe, code=stage.VERSION, inputs=None, checks=_CHECKS
    )


def _describe(version: Version) -> Metadata:
    maturity = version.table("projects").group_by("maturity").len().sort("maturity")
    return {
        **table_metadata(version, stage.PROJECTS, ["project", "maturity", "subcategory"]),
        **drop_metadata(version),
        "items in the file": int(version.facts["items"]),
        "projects by maturity": dg.MetadataValue.json(dict(maturity.iter_rows())),
        "retired projects": ", ".join(version.table("retired")["project"]) or "none",
    }


def project_row(landscape: Version, project: str) -> dict[str, Any]:
    """Return a project's row. Raises `dg.Failure` when the landscape no longer has it."""
    rows = landscape.table("projects").filter(pl.col("project") == project)
    if rows.is_empty():
        raise dg.Failure(
            f"the landscape has no project {project!r} any more; its data is kept. "
            f"Remove the partition, or materialize `landscape` from a file that has it.",
            allow_retries=False,
        )
    return rows.row(0, named=True)


def check_has_projects(projects: pl.DataFrame, before: int = 0) -> dg.AssetCheckResult:
    """Judge whether there are projects, and half as many as there were `before` at least."""
    return dg.AssetCheckResult(
        passed=not stage.lost_too_many(projects.height, before),
        metadata={"projects": projects.height, "projects before": before},
    )


def read_or_refuse(settings: Settings, previous: Version | None) -> stage.Landscape:
    """Read the landscape that the settings name.

    Raises `LandscapeError` when it cannot be read, and `RefusedError` when it has less than half of
    the projects that `previous` read from the same place.
    """
    source = settings.landscape or str(sample.LANDSCAPE)
    read = stage.read_landscape(source, offline=settings.offline)
    source = str(read.facts["source"])
    same = previous is not None and previous.facts["source"] == source
    before = previous.table("projects").height if previous and same else 0
    result = check_has_projects(read.projects, before)
    if not result.passed:
        raise RefusedError(
            "landscape_has_projects",
            result,
            f"{source} has {read.projects.height} CNCF projects and had {before}. The last version "
            "stays. If the file is whole, give it another path or name in CNCF_LLM_LANDSCAPE.",
        )
    return read


def partition_changes(
    read: stage.Landscape, instance: dg.DagsterInstance, settings: Settings
) -> stage.Membership:
    """Return which partitions must be added and deleted to be those of the landscape.

    Raises `LandscapeError` when `CNCF_LLM_PROJECTS` names nothing but what the landscape lacks.
    """
    known = instance.get_dynamic_partitions(PROJECTS.name or "")
    change = stage.membership(read.projects["project"].to_list(), known, settings.projects)
    if settings.projects and len(change.unknown) == len(set(settings.projects)):
        raise stage.LandscapeError(
            f"{read.facts['source']} has none of the projects that CNCF_LLM_PROJECTS names: "
            f"{', '.join(settings.projects)}. A key is a project's name in lower case with hyphens."
        )
    return change


def _retired(read: stage.Landscape, previous: Version | None) -> pl.DataFrame:
    if previous is None:
        return stage.RETIRED.frame()
    return stage.retired_projects(
        read.projects,
        previous.table("projects"),
        previous.table("retired") if "retired.parquet" in previous.files else None,
        str(previous.facts["source_hash"]),
    )


def check_projects_have_a_source(projects: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether every project but archived ones names a repository."""
    without = projects.filter(
        (pl.col("maturity") != "archived") & (pl.col("repositories").list.len() == 0)
    )["project"].to_list()
    return dg.AssetCheckResult(
        passed=not without,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"projects without a repository": ", ".join(without) or "none"},
    )
