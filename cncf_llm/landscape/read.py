"""The landscape file into tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from cncf_llm.landscape.curated import Sources, curated_sources, with_curated
from cncf_llm.landscape.errors import LandscapeMalformedError
from cncf_llm.landscape.item import MATURITIES, neighbour_row, project_row, unique
from cncf_llm.landscape.names import project_key, unusable
from cncf_llm.landscape.safe_yaml import UnsafeYamlError, load_yaml
from cncf_llm.landscape.source import read_source
from cncf_llm.landscape.tables import NEIGHBOURS, PROJECTS
from cncf_llm.store import DROPS, content_hash, digest

_WAY_OUT = (
    "The file must be in the CNCF landscape format "
    "(landscape: -> category, subcategories: -> items:). "
    "Mend it or set CNCF_LLM_LANDSCAPE to another one."
)


@dataclass(frozen=True)
class Landscape:
    """Tables PROJECTS, NEIGHBOURS and DROPS, and figures about the file they were read from.

    `facts` has `source`, `source_hash`, `items`, `projects` and `empty_subcategories`.
    """

    projects: pl.DataFrame
    neighbours: pl.DataFrame
    drops: pl.DataFrame
    facts: dict[str, str | int]


def read_landscape(source: str, *, offline: bool = False) -> Landscape:
    """Read a `landscape.yml` in the CNCF format from a local path or an https URL.

    A CNCF project is an item with a maturity in its key `project`. Projects come sorted by key,
    neighbours by name. Raises `LandscapeUnreadableError` and `LandscapeMalformedError`, both a
    `LandscapeError`; single bad items become rows of `drops`: `missing-name`, `unusable-name`,
    `unknown-maturity`, `malformed-item`, `name-collides`.
    """
    content = read_source(source, offline=offline)
    projects: dict[str, dict[str, Any]] = {}
    neighbours: list[dict[str, Any]] = []
    drops: list[dict[str, Any]] = []
    items = empty = 0
    for category, subcategory, entries in _subcategories(_parse(content, source), source):
        empty += not entries
        for item in entries:
            items += 1
            if drop := _unusable_item(item, category, subcategory):
                drops.append(drop)
                continue
            try:
                if "project" not in item:
                    neighbours.append(neighbour_row(item, category, subcategory))
                else:
                    row = project_row(item, category, subcategory)
                    drops += _add_project(projects, row)
            except TypeError as error:
                drops.append(_drop(item, "malformed-item", str(error)))
    curated = curated_sources()
    rows = [with_curated(projects[key], curated.get(key, Sources())) for key in sorted(projects)]
    neighbours.sort(key=lambda row: (row["name"].lower(), row["category"], row["subcategory"]))
    facts = {
        "source": source,
        "source_hash": content_hash(content),
        "items": items,
        "projects": len(rows),
        "empty_subcategories": empty,
    }
    return Landscape(
        projects=PROJECTS.frame(row | {"content_hash": digest(row)} for row in rows),
        neighbours=NEIGHBOURS.frame(neighbours),
        drops=DROPS.frame(drops),
        facts=facts,
    )


def _parse(content: bytes, source: str) -> Any:
    try:
        return load_yaml(content)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise LandscapeMalformedError(f"{source}{line}: {error.problem}. {_WAY_OUT}") from error
    except (yaml.YAMLError, UnsafeYamlError) as error:
        raise LandscapeMalformedError(f"{source}: {error}. {_WAY_OUT}") from error


def _subcategories(document: Any, source: str) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield category, subcategory and items; `items:` without a value is an empty list."""
    categories = document.get("landscape") if isinstance(document, dict) else None
    if not isinstance(categories, list):
        raise LandscapeMalformedError(f"{source} has no list under the key `landscape`. {_WAY_OUT}")
    for category in categories:
        name = category.get("name") if isinstance(category, dict) else None
        subcategories = category.get("subcategories") if name else None
        if not isinstance(name, str) or not isinstance(subcategories, list):
            raise LandscapeMalformedError(
                f"{source}: category {name!r} lacks a name or its subcategories. {_WAY_OUT}"
            )
        for subcategory in subcategories:
            within = subcategory.get("name") if isinstance(subcategory, dict) else None
            items = (subcategory.get("items") or []) if within else None
            if not isinstance(within, str) or not isinstance(items, list):
                raise LandscapeMalformedError(
                    f"{source}: in category {name!r}, subcategory {within!r} lacks a name or has "
                    f"items that are no list. {_WAY_OUT}"
                )
            yield name, within, items


def _unusable_item(item: Any, category: str, subcategory: str) -> dict[str, Any] | None:
    place = f"in {category} / {subcategory}"
    if not isinstance(item, dict):
        return _drop({"name": str(item)[:100]}, "malformed-item", f"{place}: not a mapping")
    name = item.get("name")
    if not isinstance(name, str) or not name.strip():
        return _drop({"name": place}, "missing-name", f"{place}: name is {name!r}")
    if "project" not in item:
        unprintable = not name.strip().isprintable()
        return _drop(item, "unusable-name", "not printable") if unprintable else None
    if why := unusable(name):
        return _drop(item, "unusable-name", f"{place}: {why}")
    if item["project"] not in MATURITIES:
        known = ", ".join(MATURITIES)
        return _drop(item, "unknown-maturity", f"{place}: {item['project']!r} is none of {known}")
    return None


def _add_project(
    projects: dict[str, dict[str, Any]], row: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Add the row. A project listed twice gets a second path; another one of its key is dropped."""
    known = projects.setdefault(row["project"], row)
    if known is row:
        return
    if known["name"] == row["name"] and known["repositories"] == row["repositories"]:
        place = f"{row['category']} / {row['subcategory']}"
        known["second_paths"] = unique([*known["second_paths"], place])
        return
    yield {
        "project": row["project"],
        "item": row["name"],
        "reason": "name-collides",
        "detail": f"{known['name']!r} in {known['category']} has the same key and was kept",
    }


def _drop(item: dict[str, Any], reason: str, detail: str) -> dict[str, Any]:
    name = str(item["name"])
    key = project_key(name) if "project" in item else ""
    return {"project": key or None, "item": name[:200], "reason": reason, "detail": detail}
