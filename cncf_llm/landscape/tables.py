"""The tables of the landscape stage."""

import polars as pl

from cncf_llm.store import Table

_STRINGS = pl.List(pl.String)

PROJECTS = Table(
    "projects",
    {
        "project": (pl.String, "partition key: name in lower case, hyphens between words"),
        "name": (pl.String, "name as the landscape writes it, without its parenthesis"),
        "aliases": (_STRINGS, "other names: with parenthesis, its content, shorter forms"),
        "description": (pl.String, "what the landscape says the project is"),
        "category": (pl.String, "landscape category"),
        "subcategory": (pl.String, "landscape subcategory"),
        "second_paths": (_STRINGS, "further places as 'category / subcategory'"),
        "maturity": (pl.String, "sandbox, incubating, graduated or archived"),
        "accepted": (pl.String, "ISO date on which the CNCF accepted the project"),
        "incubating": (pl.String, "ISO date on which it became incubating"),
        "graduated": (pl.String, "ISO date on which it graduated"),
        "archived": (pl.String, "ISO date on which it was archived"),
        "repositories": (_STRINGS, "https URLs: main, additional, curated documentation"),
        "homepage": (pl.String, "URL of the home page"),
        "documentation": (_STRINGS, "URLs of the documentation sites"),
        "stackoverflow_tags": (_STRINGS, "Stack Overflow tags about the project"),
        "tags": (_STRINGS, "topics the project gives itself"),
        "personas": (_STRINGS, "whom the project says it is for"),
        "use_case": (pl.String, "use case in the project's words"),
        "business_use_case": (pl.String, "business use case in the project's words"),
        "integrations": (pl.String, "what it integrates with, in the project's words"),
        "release_rate": (pl.String, "how often it is released, in the project's words"),
        "organization": (pl.String, "last path part of the Crunchbase address"),
        "parent_project": (pl.String, "name of the project that it is a part of"),
        "content_hash": (pl.String, "hash of all columns before"),
    },
)

NEIGHBOURS = Table(
    "neighbours",
    {
        "name": (pl.String, "name of a landscape item that is no CNCF project"),
        "category": (pl.String, "landscape category"),
        "subcategory": (pl.String, "landscape subcategory"),
        "organization": (pl.String, "last path part of the Crunchbase address"),
        "parent_project": (pl.String, "name of the project that it is a part of"),
    },
)

RETIRED = Table(
    "retired",
    {
        "project": (pl.String, "key of a project that left the landscape; its data is kept"),
        "name": (pl.String, "name as the landscape wrote it"),
        "landscape": (pl.String, "SHA-256 of the last landscape file that had it"),
    },
)
