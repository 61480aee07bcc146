"""The landscape file into tables."""

import reprlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from cncf_llm.landscape.curated import Sources, curated_sources, with_curated
from cncf_llm.landscape.errors import LandscapeMalformedError
from cncf_llm.landscape.fields import Fields
from cncf_llm.landscape.item import MATURITIES, neighbour_row, project_row, unique
from cncf_llm.landscape.names import project_key, unreadable, unusable
from cncf_llm.landscape.safe_yaml import UnsafeYamlError, load_with_duplicates
from cncf_llm.landscape.source import read_source, shown
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
    `LandscapeError`. What is wrong with a part of the file becomes rows of `drops`, with reasons

    - for items: `missing-name`, `unusable-name`, `unknown-maturity`, `malformed-item`,
      `name-collides`;
    - for a field, whose item is kept without it: `malformed-field`, `refused-url`, `duplicate-key`
      (the last of equal keys counts);
    - for all items below: `malformed-category`, `malformed-subcategory`.
    """
    content = read_source(source, offline=offline)
    document, duplicates = _parse(content, shown(source))
    drops = [_duplicate_drop(line, key) for line, key in duplicates]
    projects: dict[str, dict[str, Any]] = {}
    neighbours: list[dict[str, Any]] = []
    items = empty = 0
    for category, subcategory, entries in _subcategories(document, shown(source), drops):
        empty += not entries
        for item in entries:
            items += 1
            if drop := _unusable_item(item, category, subcategory):
                drops.append(drop)
                continue
            fields = Fields(item)
            if "project" in item:
                drops += _add_project(projects, project_row(fields, category, subcategory))
            else:
                neighbours.append(neighbour_row(fields, category, subcategory))
            drops += (_drop(item, reason, detail) for reason, detail in fields.refused)
    curated = curated_sources()
    rows = [with_curated(projects[key], curated.get(key, Sources())) for key in sorted(projects)]
    neighbours.sort(key=lambda row: (row["name"].lower(), row["category"], row["subcategory"]))
    facts = {
        "source": shown(source),
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


def _parse(content: bytes, source: str) -> tuple[Any, list[tuple[int, str]]]:
    try:
        return load_with_duplicates(content)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise LandscapeMalformedError(f"{source}{line}: {error.problem}. {_WAY_OUT}") from error
    except (yaml.YAMLError, UnsafeYamlError) as error:
        raise LandscapeMalformedError(f"{source}: {error}. {_WAY_OUT}") from error


def _subcategories(
    document: Any, source: str, drops: list[dict[str, Any]]
) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield category, subcategory and items; `items:` without a value is an empty list."""
    categories = document.get("landscape") if isinstance(document, dict) else None
    if not isinstance(categories, list):
        raise LandscapeMalformedError(f"{source} has no list under the key `landscape`. {_WAY_OUT}")
    usable = 0
    for number, category in enumerate(categories):
        name = _name_of(category)
        subcategories = category.get("subcategories") if name else None
        if name is None or not isinstance(subcategories, list):
            place = f"category {number + 1} ({reprlib.repr(name)})"
            drops.append(_place_drop(place, "malformed-category", "its subcategories"))
            continue
        usable += 1
        for position, subcategory in enumerate(subcategories):
            within = _name_of(subcategory)
            items = (subcategory.get("items") or []) if within else None
            if within is None or not isinstance(items, list):
                place = f"subcategory {position + 1} ({reprlib.repr(within)}) of {name}"
                drops.append(_place_drop(place, "malformed-subcategory", "a list of items"))
                continue
            yield name, within, items
    if not usable:
        raise LandscapeMalformedError(
            f"{source}: none of its {len(categories)} categories has a name and subcategories. "
            f"{_WAY_OUT}"
        )


def _name_of(part: Any) -> str | None:
    name = part.get("name") if isinstance(part, dict) else None
    return name if isinstance(name, str) and name.strip() and not unreadable(name) else None


def _unusable_item(item: Any, category: str, subcategory: str) -> dict[str, Any] | None:
    place = f"in {category} / {subcategory}"
    if not isinstance(item, dict):
        return _drop({"name": reprlib.repr(item)}, "malformed-item", f"{place}: not a mapping")
    name = item.get("name")
    if not isinstance(name, str) or not name.strip():
        return _drop({"name": place}, "missing-name", f"{place}: name is {reprlib.repr(name)}")
    if why := unusable(name) if "project" in item else unreadable(name):
        return _drop(item, "unusable-name", f"{place}: {why}")
    if "project" in item and item["project"] not in MATURITIES:
        known = ", ".join(MATURITIES)
        maturity = reprlib.repr(item["project"])
        return _drop(item, "unknown-maturity", f"{place}: {maturity} is none of {known}")
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
    name = str(item["name"])[:200]
    key = project_key(name) if "project" in item else ""
    return {
        "project": key or None,
        "item": name if name.isprintable() else ascii(name),
        "reason": reason,
        "detail": detail,
    }


def _place_drop(place: str, reason: str, lacking: str) -> dict[str, Any]:
    detail = f"it lacks a usable name or {lacking}; nothing below it is read"
    return {"project": None, "item": place, "reason": reason, "detail": detail}


def _duplicate_drop(line: int, key: str) -> dict[str, Any]:
    detail = f"{key[:100]!a} stands again below in the same mapping, and the last one counts"
    return {"project": None, "item": f"line {line}", "reason": "duplicate-key", "detail": detail}
