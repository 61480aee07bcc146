"""A graph as JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/): entities, statements, sources.

Terms are those of RDF, schema.org, SKOS and PROV-O where one fits, and ours elsewhere. An edge is
a triple and also an `rdf:Statement` about it, which carries count, confidence, the sentence and the
passages it was derived from.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.entities.labels import LABELS, LANDSCAPE_LABELS, LANDSCAPE_RELATIONS, RELATIONS

NAMESPACE = "urn:cncf-llm:"
"""Of all our IRIs: `term:` our vocabulary, `id:` the ids of rows, `graph:` a whole graph."""

RIGHTS = (
    "Each sentence is quoted from a passage and keeps that passage's licence: see the licence and "
    "attribution of the sources it was derived from."
)

# What else an entity is, beside our own class for its label.
_CLASSES: Mapping[str, str] = {
    "PROJECT": "schema:SoftwareApplication",
    "ORGANIZATION": "schema:Organization",
    "LANGUAGE": "schema:ComputerLanguage",
    "CONCEPT": "skos:Concept",
    "CATEGORY": "skos:Concept",
    "MATURITY": "skos:Concept",
}
_LANDSCAPE = "id:landscape"


def write_jsonld(
    file: Path,
    name: str,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    sources: pl.DataFrame,
    quotes: pl.DataFrame,
) -> None:
    """Write a graph called `name` to a file, item by item: memory does not grow with the graph.

    Every passage that an item cites is described in `sources`; the licence of a passage is an IRI
    where SPDX has a page for it (https://spdx.org/licenses/), else its text.
    """
    quoted = dict(quotes.select("edge_id", "passage_id").iter_rows())
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"@context": ' + _json(_context()) + ',\n"@graph": [\n')
        out.write(_json(_dataset(name)))
        for item in _items(nodes, edges, sources, quoted):
            out.write(",\n" + _json(item))
        out.write("\n]}\n")


def _items(
    nodes: pl.DataFrame, edges: pl.DataFrame, sources: pl.DataFrame, quoted: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    yield {"@id": _LANDSCAPE, "@type": "prov:Entity", "title": "landscape.yml"}
    yield from map(_entity, nodes.iter_rows(named=True))
    for row in edges.iter_rows(named=True):
        yield _statement(row, quoted.get(row["edge_id"]))
    yield from map(_source, sources.iter_rows(named=True))


def _context() -> dict[str, Any]:
    reference = {"@type": "@id"}
    relations = {
        name: {"@id": f"term:{name}", **reference}
        for name in sorted({*RELATIONS, *LANDSCAPE_RELATIONS})
    }
    return {
        "@version": 1.1,
        "term": {"@id": f"{NAMESPACE}term:", "@prefix": True},
        "id": {"@id": f"{NAMESPACE}id:", "@prefix": True},
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "prov": "http://www.w3.org/ns/prov#",
        "dcterms": "http://purl.org/dc/terms/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "name": "skos:prefLabel",
        "landscapeKey": "term:landscape_key",
        "apiVersion": "term:api_version",
        "mentions": {"@id": "term:mentions", "@type": "xsd:integer"},
        "mentionedIn": {"@id": "schema:subjectOf", **reference},
        "subject": {"@id": "rdf:subject", **reference},
        "predicate": {"@id": "rdf:predicate", "@type": "@vocab"},
        "object": {"@id": "rdf:object", **reference},
        "statedBy": {"@id": "term:stated_by", "@type": "xsd:integer"},
        "confidence": {"@id": "term:confidence", "@type": "xsd:decimal"},
        "sentence": {"@id": "prov:value", "@language": "en"},
        "quotedFrom": {"@id": "prov:wasQuotedFrom", **reference},
        "derivedFrom": {"@id": "prov:wasDerivedFrom", **reference},
        "title": "schema:name",
        "repository": "term:repository",
        "path": "term:path",
        "revision": "schema:version",
        "url": {"@id": "schema:url", "@type": "xsd:anyURI"},
        "licence": "schema:license",
        "attribution": "schema:creditText",
        "rights": "dcterms:rights",
        **relations,
    }


def _dataset(name: str) -> dict[str, Any]:
    return {
        "@id": f"{NAMESPACE}graph:{name}",
        "@type": "schema:Dataset",
        "title": f"Entity graph: {name}",
        "rights": RIGHTS,
    }


def _entity(row: Mapping[str, Any]) -> dict[str, Any]:
    label = row["label"]
    described = LABELS.get(label) or LANDSCAPE_LABELS.get(label)
    kinds = [f"term:{label}"] if described else []
    item: dict[str, Any] = {
        "@id": f"id:{row['entity_id']}",
        "@type": [*kinds, *([_CLASSES[label]] if label in _CLASSES else [])],
        "name": row["name"],
        "mentions": row["mentions"],
    }
    if row["project_key"]:
        item["landscapeKey"] = row["project_key"]
    if row.get("api_versions"):
        item["apiVersion"] = row["api_versions"]
    if row["passage_ids"]:
        item["mentionedIn"] = [f"id:{one}" for one in row["passage_ids"]]
    return item


def _statement(row: Mapping[str, Any], quoted: str | None) -> dict[str, Any]:
    head, tail = f"id:{row['head']}", f"id:{row['tail']}"
    item: dict[str, Any] = {
        "@id": f"id:{row['edge_id']}",
        "@type": "rdf:Statement",
        "subject": {"@id": head, row["type"]: tail},
        "predicate": row["type"],
        "object": tail,
        "statedBy": row["count"],
        "confidence": f"{row['confidence']:.4f}",
        "derivedFrom": [f"id:{one}" for one in row["passage_ids"]] or _LANDSCAPE,
    }
    if row["sentence"]:
        item["sentence"] = row["sentence"]
    if quoted:
        item["quotedFrom"] = f"id:{quoted}"
    return item


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    item = {
        "@id": f"id:{row['passage_id']}",
        "@type": ["prov:Entity", "schema:CreativeWork"],
        **{key: row[key] for key in ("title", "repository", "path", "revision", "url")},
        "licence": _licence(row["licence"]),
        "attribution": row["attribution"],
    }
    return {key: value for key, value in item.items() if value is not None}


def _licence(licence: str) -> str | dict[str, str]:
    """Return the page of a single SPDX id; an expression of several, or `unknown`, as text."""
    single = licence != "unknown" and not set(licence) - _SPDX_ID
    return {"@id": f"https://spdx.org/licenses/{licence}"} if single else licence


_SPDX_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
