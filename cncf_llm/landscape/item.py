"""One item of the landscape file into a row."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from cncf_llm.landscape.fields import Fields
from cncf_llm.landscape.names import aliases, canonical_name, project_key

MATURITIES = ("sandbox", "incubating", "graduated", "archived")
MAX_REPOSITORIES = 100

_TAG = re.compile(r"[a-z0-9][a-z0-9+#.-]{0,34}")  # as Stack Overflow allows them


def project_row(fields: Fields, category: str, subcategory: str) -> dict[str, Any]:
    """Return the PROJECTS row, without `content_hash`, of an item whose name is usable."""
    extra = fields.mapping("extra")
    name = fields.values["name"]
    return {
        "project": project_key(name),
        "name": canonical_name(name),
        "aliases": aliases(name),
        "description": fields.text("description"),
        "category": category,
        "subcategory": subcategory,
        "second_paths": _second_paths(fields),
        "maturity": fields.values["project"],
        "accepted": extra.date("accepted"),
        "incubating": extra.date("incubating"),
        "graduated": extra.date("graduated"),
        "archived": extra.date("archived"),
        "repositories": _repositories(fields),
        "homepage": fields.url("homepage_url", "https", "http"),
        # The file at hand has the key misspelt twice.
        "documentation": unique(
            url
            for key in ("documentation_url", "documentation_ul")
            if (url := extra.url(key, "https", "http"))
        ),
        "stackoverflow_tags": _tags(extra),
        "tags": _words(extra.text("summary_tags")),
        "personas": _words(extra.text("summary_personas")),
        "use_case": extra.text("summary_use_case"),
        "business_use_case": extra.text("summary_business_use_case"),
        # Both spellings are in use.
        "integrations": extra.text("summary_integrations") or extra.text("summary_integration"),
        "release_rate": extra.text("summary_release_rate"),
        "organization": organization(fields),
        "parent_project": extra.text("parent_project"),
    }


def neighbour_row(fields: Fields, category: str, subcategory: str) -> dict[str, Any]:
    """Return the NEIGHBOURS row of an item that is no CNCF project."""
    return {
        "name": fields.values["name"].strip(),
        "category": category,
        "subcategory": subcategory,
        "organization": organization(fields),
        "parent_project": fields.mapping("extra").text("parent_project"),
    }


def organization(fields: Fields) -> str | None:
    """Return the last path part of the item's Crunchbase address, which names the organization."""
    url = fields.url("crunchbase", "https", "http")
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


def _tags(extra: Fields) -> list[str]:
    """Return ["argoproj", "argo"] of .../questions/tagged/argoproj+or+argo."""
    url = extra.url("stack_overflow_url", "https", "http")
    path = urlsplit(url).path if url else ""
    if "/tagged/" not in path:
        return []
    found = re.split(r"\+or\+|\s+or\s+", unquote(path.rsplit("/tagged/", 1)[1]).strip("/").lower())
    for tag in found:
        if not _TAG.fullmatch(tag):
            extra.refuse("stack_overflow_url", f"names {tag[:100]!r}, which is no tag")
    return unique(tag for tag in found if _TAG.fullmatch(tag))


def _words(text: str | None) -> list[str]:
    return unique(word.strip() for word in re.split("[,，]", text or "") if word.strip())


def _repositories(fields: Fields) -> list[str]:
    """Return `repo_url` and the `additional_repos`, those of https only."""
    urls = [_repository(fields)]
    further = fields.list("additional_repos")
    for number, entry in enumerate(further[:MAX_REPOSITORIES]):
        place = f"additional_repos[{number}]."
        if isinstance(entry, dict):
            urls.append(_repository(Fields(entry, place, fields.refused)))
        else:
            fields.refuse(place.rstrip("."), f"is {type(entry).__name__} instead of repo_url: ...")
    if len(further) > MAX_REPOSITORIES:
        fields.refuse("additional_repos", f"has {len(further)}, limit {MAX_REPOSITORIES}")
    return unique(url for url in urls if url)


def _repository(fields: Fields) -> str | None:
    if isinstance(value := fields.values.get("repo_url"), str):
        fields = Fields({"repo_url": normalised_url(value)}, fields.place, fields.refused)
    return fields.url("repo_url", "https")


def _second_paths(fields: Fields) -> list[str]:
    paths = {f"second_path[{n}]": path for n, path in enumerate(fields.list("second_path"))}
    items = Fields(paths, fields.place, fields.refused)
    return [path for key in paths if (path := items.text(key))]
