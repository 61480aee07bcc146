"""Sources, JSON-LD and the layout of the page, from a small graph with awkward text in it."""

import json
from pathlib import Path

import polars as pl
import pytest

from cncf_llm.entities import (
    EDGES,
    NODES,
    cited_sources,
    draw_page,
    find_quotes,
    merge_quotes,
    merge_sources,
    write_jsonld,
)
from cncf_llm.entities.page import page_data
from cncf_llm.entities.spread import spread_nodes

HOSTILE = '</script><img src=x onerror="alert(1)"> \u202ekcab'
PLACE = {
    "title": "Overview",
    "repository": "etcd-io/etcd",
    "path": "docs/a.md",
    "revision": "c0ffee",
}
PASSAGES = pl.DataFrame(
    [
        {
            "passage_id": "psg-1",
            "project": "etcd",
            "text": f"**etcd** is written in Go. {HOSTILE}",
            "url": "https://github.com/etcd-io/etcd/blob/c0ffee/docs/a.md",
            "licence": "Apache-2.0",
            "attribution": None,
            **PLACE,
        },
        {
            "passage_id": "psg-2",
            "project": "etcd",
            "text": "etcd uses TLS.",
            "url": "javascript:alert(2)",
            "licence": "CC-BY-4.0 OR MIT",
            "attribution": "the etcd authors",
            **PLACE,
        },
        {
            "passage_id": "psg-uncited",
            "project": "etcd",
            "text": "",
            "url": None,
            "licence": "unknown",
            "attribution": None,
            **PLACE,
        },
    ]
)


def code(name: str) -> str:
    return name if name.isalnum() else "hostile"


def node(name: str, label: str, passages: list[str], key: str | None = None) -> dict:
    row = {
        "entity_id": f"ent-{code(name)}",
        "label": label,
        "name": name,
        "project_key": key,
        "api_versions": [],
        "mentions": len(passages),
        "passage_ids": passages,
    }
    return {column: row[column] for column in NODES.columns}


def edge(kind: str, head: str, tail: str, sentence: str | None, passages: list[str]) -> dict:
    return {
        "edge_id": f"edg-{kind}-{code(tail)}",
        "type": kind,
        "head": f"ent-{code(head)}",
        "head_name": head,
        "tail": f"ent-{code(tail)}",
        "tail_name": tail,
        "count": 1,
        "confidence": 0.9,
        "sentence": sentence,
        "passage_ids": passages,
    }


NODES_FRAME = NODES.frame(
    [
        node("etcd", "PROJECT", ["psg-1", "psg-2"], "etcd"),
        node("Go", "LANGUAGE", ["psg-1"]),
        node("TLS", "STANDARD", ["psg-2"]),
        node("graduated", "MATURITY", []),
        node(HOSTILE, "CONCEPT", ["psg-1"]),
        node("alone", "CONCEPT", ["psg-2"]),
    ]
)
EDGES_FRAME = EDGES.frame(
    [
        edge("written_in", "etcd", "Go", "**etcd** is written in Go.", ["psg-1"]),
        edge("implements", "etcd", "TLS", "etcd uses TLS.", ["psg-1", "psg-2"]),
        edge("has_maturity", "etcd", "graduated", None, []),
        edge("is_a", "etcd", HOSTILE, HOSTILE, ["psg-1"]),
    ]
)


@pytest.fixture
def graph() -> tuple[pl.DataFrame, ...]:
    return (
        NODES_FRAME,
        EDGES_FRAME,
        cited_sources(NODES_FRAME, EDGES_FRAME, PASSAGES),
        find_quotes(EDGES_FRAME, PASSAGES),
    )


def test_an_edge_is_quoted_from_the_passage_that_holds_its_sentence(graph) -> None:
    _, _, sources, quotes = graph
    assert sources["passage_id"].to_list() == ["psg-1", "psg-2"]
    assert dict(quotes.select("edge_id", "passage_id").iter_rows()) == {
        "edg-written_in-Go": "psg-1",
        "edg-implements-TLS": "psg-2",
        "edg-is_a-hostile": "psg-1",
    }
    lost = PASSAGES.with_columns(text=pl.lit("another text"))
    assert find_quotes(EDGES_FRAME, lost).is_empty()


def test_merged_edges_keep_the_quote_of_the_sentence_that_was_kept(graph) -> None:
    _, edges, sources, quotes = graph
    other = quotes.with_columns(passage_id=pl.lit("psg-0"), sentence=pl.lit("another sentence"))
    merged = merge_quotes(edges, [other, quotes])
    assert merged.equals(quotes)
    assert merge_sources([sources, sources]).equals(sources)
    assert merge_sources([]).is_empty()


def test_json_ld_is_read_by_another_library(graph, tmp_path: Path) -> None:
    rdflib = pytest.importorskip("rdflib", reason="rdflib is in the extra `dev`")
    write_jsonld(tmp_path / "graph.jsonld", "etcd", *graph)
    read = rdflib.Graph().parse(tmp_path / "graph.jsonld", format="json-ld")
    found = read.query(
        """
        PREFIX term: <urn:cncf-llm:term:> PREFIX schema: <https://schema.org/>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT ?name ?tail ?sentence ?url ?revision ?licence ?author WHERE {
          ?head a schema:SoftwareApplication; skos:prefLabel ?name; ?predicate ?object.
          ?object skos:prefLabel ?tail.
          ?edge a rdf:Statement; rdf:subject ?head; rdf:predicate ?predicate; rdf:object ?object;
                prov:value ?sentence; prov:wasQuotedFrom ?source.
          ?source schema:url ?url; schema:version ?revision; schema:license ?licence.
          OPTIONAL { ?source schema:creditText ?author }
        } ORDER BY ?tail
        """
    )
    rows = [[None if one is None else str(one) for one in row] for row in found]
    url = PASSAGES["url"][0]
    spdx = "https://spdx.org/licenses/Apache-2.0"
    assert rows == [
        ["etcd", HOSTILE, HOSTILE, url, "c0ffee", spdx, None],
        ["etcd", "Go", "**etcd** is written in Go.", url, "c0ffee", spdx, None],
        [
            "etcd",
            "TLS",
            "etcd uses TLS.",
            "javascript:alert(2)",
            "c0ffee",
            "CC-BY-4.0 OR MIT",
            "the etcd authors",
        ],
    ]
    landscape = rdflib.URIRef("urn:cncf-llm:id:landscape")
    derived = rdflib.URIRef("http://www.w3.org/ns/prov#wasDerivedFrom")
    assert [str(s) for s in read.subjects(derived, landscape)] == [
        "urn:cncf-llm:id:edg-has_maturity-graduated"
    ]


def test_json_ld_of_an_empty_graph_is_whole(tmp_path: Path) -> None:
    nodes, edges = NODES.frame(), EDGES.frame()
    tables = (cited_sources(nodes, edges, PASSAGES), find_quotes(edges, PASSAGES))
    write_jsonld(tmp_path / "graph.jsonld", "etcd", nodes, edges, *tables)
    read = json.loads((tmp_path / "graph.jsonld").read_text(encoding="utf-8"))
    assert [item["@id"] for item in read["@graph"]] == ["urn:cncf-llm:graph:etcd", "id:landscape"]


def test_text_of_the_graph_is_never_markup(graph) -> None:
    page = draw_page("A <graph>", *graph)
    assert "<img" not in page
    assert "\u202e" not in page
    assert "javascript:alert" not in page
    assert "<title>A &lt;graph&gt;</title>" in page
    assert page.count("<script") == page.count("</script>") == 2
    assert "4 relations between 5 entities; 1 more have none." in page
    assert page == draw_page("A <graph>", *graph)


def test_the_page_loads_nothing(graph) -> None:
    page = draw_page("graph", *graph)
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    start, rest = page.split('id="data">')
    ours = start + rest.split("</script>", 1)[1]
    assert not any(one in ours for one in ("<link", "src=", "@import", "url(", "unsafe-"))


def test_the_best_connected_nodes_are_shown(graph) -> None:
    data = page_data(*graph, limit=2)
    assert [one[2] for one in data["nodes"]] == ["etcd", "Go"]
    assert len(data["edges"]) == 1
    page = draw_page("graph", *graph, limit=2)
    assert "2 of 6 entities and 1 of 4 relations are shown" in page


def test_a_page_of_nothing_can_be_drawn() -> None:
    nodes, edges = NODES.frame(), EDGES.frame()
    page = draw_page(
        "graph", nodes, edges, cited_sources(nodes, edges, PASSAGES), find_quotes(edges, PASSAGES)
    )
    assert "0 relations between 0 entities" in page


def test_circles_do_not_overlap_and_neighbours_are_near() -> None:
    radii = [12.0] + [4.0] * 60 + [12.0] + [4.0] * 60
    edges = [(0, at, 1.0) for at in range(1, 61)] + [(61, at, 1.0) for at in range(62, 122)]
    places = spread_nodes(radii, edges)
    assert places == spread_nodes(radii, edges)

    def far(a: int, b: int) -> float:
        return sum((p - q) ** 2 for p, q in zip(places[a], places[b], strict=True)) ** 0.5

    overlaps = [(a, b) for a in range(122) for b in range(a) if far(a, b) < radii[a] + radii[b] - 1]
    assert overlaps == []
    assert max(far(0, at) for at in range(1, 61)) < far(0, 61)
    assert spread_nodes([], []) == []
    assert len(spread_nodes([3.0], [])) == 1
