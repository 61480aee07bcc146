"""One item of the landscape file into a row."""

import datetime
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from cncf_llm.landscape.names import aliases, canonical_name, project_key

MATURITIES = ("sandbox", "incubating", "graduated", "archived")


def project_row(item: dict[str, Any], category: str, subcategory: str) -> dict[str, Any]:
    """Return the PROJECTS row, without `content_hash`, of an item whose name is usable.

    Raises `TypeError` when a field has another type than the landscape format gives it.
    """
    extra = _mapping(item, "extra")
    repositories = [_text(item, "repo_url")]
    for further in _list(item, "additional_repos"):
        if not isinstance(further, dict):
            raise TypeError(f"additional_repos has {further!r} instead of repo_url: ...")
        repositories.append(_text(further, "repo_url"))
    return {
        "project": project_key(item["name"]),
        "name": canonical_name(item["name"]),
        "aliases": aliases(item["name"]),
        "description": _text(item, "description"),
        "category": category,
        "subcategory": subcategory,
        "second_paths": [str(path) for path in _list(item, "second_path")],
        "maturity": item["project"],
        "accepted": _date(extra, "accepted"),
        "incubating": _date(extra, "incubating"),
        "graduated": _date(extra, "graduated"),
        "archived": _date(extra, "archived"),
        "repositories": unique(normalised_url(url) for url in repositories if url),
        "homepage": _text(item, "homepage_url"),
        # The file at hand has the key misspelt twice.
        "documentation": unique(
            url for key in ("documentation_url", "documentation_ul") if (url := _text(extra, key))
        ),
        "stackoverflow_tags": _tags_of(_text(extra, "stack_overflow_url")),
        "tags": _words(_text(extra, "summary_tags")),
        "personas": _words(_text(extra, "summary_personas")),
        "use_case": _text(extra, "summary_use_case"),
        "business_use_case": _text(extra, "summary_business_use_case"),
        # Both spellings are in use.
        "integrations": _text(extra, "summary_integrations") or _text(extra, "summary_integration"),
        "release_rate": _text(extra, "summary_release_rate"),
        "organization": organization(item),
        "parent_project": _text(extra, "parent_project"),
    }


def neighbour_row(item: dict[str, Any], category: str, subcategory: str) -> dict[str, Any]:
    """Return the NEIGHBOURS row of an item that is no CNCF project. Raises as `project_row`."""
    return {
        "name": item["name"].strip(),
        "category": category,
        "subcategory": subcategory,
        "organization": organization(item),
        "parent_project": _text(_mapping(item, "extra"), "parent_project"),
    }


def organization(item: dict[str, Any]) -> str | None:
    """Return the last path part of the item's Crunchbase address, which names the organization."""
    url = _text(item, "crunchbase")
    return url.rstrip("/").rsplit("/", 1)[-1] if url else None


def normalised_url(url: str) -> str:
    """Return a repository's URL without the variations under which one repository is written."""
    url = url.strip().rstrip("/").removesuffix(".git")
    return re.sub(r"^http://(?=(github|gitlab)\.com/)", "https://", url)  # both answer on https


def unique(values: Iterable[str]) -> list[str]:
    """Return the values in their order, each once; letters' case does not tell them apart."""
    first: dict[str, str] = {}
    for value in values:
        first.setdefault(value.lower(), value)
    return list(first.values())


def _tags_of(url: str | None) -> list[str]:
    """Return ["argoproj", "argo"] of .../questions/tagged/argoproj+or+argo."""
    path = urlsplit(url).path if url else ""
    if "/tagged/" not in path:
        return []
    return unique(re.split(r"\+or\+|\s+or\s+", unquote(path.rsplit("/tagged/", 1)[1]).strip("/")))


def _words(text: str | None) -> list[str]:
    return unique(word.strip() for word in re.split("[,，]", text or "") if word.strip())


def _text(fields: dict[str, Any], key: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{key} is {type(value).__name__} instead of text")
    return value.strip() or None


def _date(fields: dict[str, Any], key: str) -> str | None:
    value = fields.get(key)
    if isinstance(value, datetime.date):  # written without quotes
        return value.isoformat()[:10]
    text = _text(fields, key)
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise TypeError(f"{key} is {text!r} instead of a date such as 2024-06-18") from error


def _list(fields: dict[str, Any], key: str) -> list[Any]:
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"{key} is {type(value).__name__} instead of a list")
    return value


def _mapping(fields: dict[str, Any], key: str) -> dict[str, Any]:
    value = fields.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{key} is {type(value).__name__} instead of a mapping")
    return value
