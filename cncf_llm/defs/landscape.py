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

    Read from the `landscape.yml` that `CNCF_LLM_LANDSCAPE` names, or the embedded sample.
    """

    def build(draft: Draft) -> None:
        source = settings.landscape or str(sample.LANDSCAPE)
        read = stage.read_landscape(source, offline=settings.offline)
        _refuse_loss(read, draft.previous)
        for reason, count in count_reasons(read.drops).items():
            context.log.warning("%s of %s: see the table drops", count, reason)
        draft.write("projects", read.projects)
        draft.write("neighbours", read.neighbours)
        draft.write("drops", read.drops)
        draft.facts.update(read.facts)
        keys = read.projects["project"].to_list()
        context.instance.add_dynamic_partitions(PROJECTS.name or "", keys)

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
        passed=projects.height > 0 and projects.height * 2 >= before,
        metadata={"projects": projects.height, "projects before": before},
    )


def _refuse_loss(read: stage.Landscape, previous: Version | None) -> None:
    """A file cut off between two items is valid YAML; only its size tells."""
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
