import polars as pl
import pytest

from cncf_llm.entities import (
    EDGES,
    NODES,
    Graph,
    allowed,
    breaks_signature,
    build_graph,
    draw_graph,
    merge_graphs,
    to_graphml,
)
from cncf_llm.entities.mentions import _in_passages, entity_id
from cncf_llm.entities.recognizer import Recognizer
from cncf_llm.entities.tables import MENTIONS
from cncf_llm_tests.entities.conftest import passages

ROW = {
    "project": "flux",
    "name": "Flux",
    "category": "App Definition and Development",
    "subcategory": "Continuous Integration & Delivery",
    "maturity": "graduated",
    "parent_project": "Open Policy Agent",
    "organization": "cloud-native-computing-foundation",
}
APIS = {"WidgetSet": ["fluxcd.io/v1", "fluxcd.io/v1beta1"], "Job": ["batch/v1"]}
LINKS = {"flux": "flux", "opa": "open-policy-agent", "open policy agent": "open-policy-agent"}


def graph_of(rules: Recognizer, *texts: str, row: dict = ROW) -> Graph:
    given = passages(*texts, project=row["project"])
    found, _ = _in_passages(rules, given, {row["project"]: row["name"]})
    return build_graph(row, given, MENTIONS.frame(found), LINKS, APIS)


def test_kinds_resolve_to_group_and_version(rules: Recognizer) -> None:
    graph = graph_of(rules, "A WidgetSet and a Kubernetes Job, and a FancyThing resource.")
    found = dict(graph.nodes.select("name", "api_versions").iter_rows())
    assert found["WidgetSet"] == APIS["WidgetSet"]
    assert found["Job"] == ["batch/v1"]
    assert found["FancyThing"] == found["Kubernetes"] == []


def test_a_kind_is_part_of_the_project_of_its_group_alone(rules: Recognizer) -> None:
    graph = graph_of(rules, "A Flux WidgetSet.", "A Helm WidgetSet.", "A Kubernetes Job.")
    assert {edge for edge in edges_of(graph) if edge[1] == "part_of"} == {
        ("WidgetSet", "part_of", "Flux"),
        ("Job", "part_of", "Kubernetes"),
    }


def test_structure_adds_edges_and_nodes(rules: Recognizer) -> None:
    table = "| Flag | Use |\n| --- | --- |\n| `--depth` | how deep |"
    given = passages(table, "Flux is here.", project="flux").with_columns(
        title=pl.lit("flux"), heading_path=pl.lit(["Flags"])
    )
    found, _ = _in_passages(rules, given, {"flux": "Flux"})
    graph = build_graph(ROW, given, MENTIONS.frame(found), LINKS, APIS)
    edge = graph.edges.filter(type="configured_by").row(0, named=True)
    assert (edge["head_name"], edge["tail_name"]) == ("Flux", "--depth")
    assert edge["sentence"] == "| `--depth` | how deep |"
    assert edge["passage_ids"] == ["psg-0"]
    assert {edge["head"], edge["tail"]} <= set(graph.nodes["entity_id"])


def edges_of(graph: Graph) -> set[tuple[str, str, str]]:
    return set(graph.edges.select("head_name", "type", "tail_name").iter_rows())


def test_nodes_and_edges_cite_their_passages(rules: Recognizer) -> None:
    graph = graph_of(
        rules,
        "First. **Flux** is written in [Go](https://go.dev), they say. Last.",
        "Flux is written in Go.",
        "OPA is no part of this.",
    )
    edge = graph.edges.filter(type="written_in").row(0, named=True)
    assert edge["count"] == 2
    assert edge["passage_ids"] == ["psg-0", "psg-1"]
    assert edge["sentence"] == "Flux is written in Go."
    assert 0.95 < edge["confidence"] <= 0.99
    flux = graph.nodes.filter(name="Flux").row(0, named=True)
    assert flux["entity_id"] == edge["head"] == entity_id("PROJECT", "Flux")
    assert (flux["mentions"], flux["project_key"]) == (2, "flux")
    assert graph.nodes.filter(name="Open Policy Agent")["project_key"][0] == "open-policy-agent"
    assert graph.nodes.filter(name="Go")["project_key"][0] is None


def test_the_sentence_is_verbatim(rules: Recognizer) -> None:
    text = "First. **Flux** is written in [Go](https://go.dev), they say. Last."
    sentence = graph_of(rules, text).edges.filter(type="written_in")["sentence"][0]
    assert sentence in text
    assert sentence.startswith("**Flux**")


def test_landscape_facts_cite_no_sentence(rules: Recognizer) -> None:
    graph = graph_of(rules)
    assert edges_of(graph) == {
        ("Flux", "in_category", "App Definition and Development"),
        ("Flux", "in_subcategory", "Continuous Integration & Delivery"),
        ("Flux", "has_maturity", "graduated"),
        ("Flux", "child_of", "Open Policy Agent"),
        ("Flux", "maintained_by", "Cloud Native Computing Foundation"),
    }
    assert graph.edges["sentence"].null_count() == graph.edges.height
    assert graph.edges["passage_ids"].list.len().sum() == 0
    assert set(graph.nodes["mentions"]) == {0}


def test_an_edge_ends_at_nodes_and_keeps_its_signature(rules: Recognizer) -> None:
    graph = graph_of(rules, "Flux integrates with Helm. Flux runs on AWS.", "OPA supports gRPC.")
    labels = dict(graph.nodes.select("entity_id", "label").iter_rows())
    for kind, head, tail in graph.edges.select("type", "head", "tail").iter_rows():
        assert allowed(kind, labels.get(head), labels.get(tail))


def test_what_breaks_a_signature_is_dropped_with_its_reason(rules: Recognizer) -> None:
    drops = graph_of(rules, "Flux is written in GitOps style.").drops
    assert drops.select("project", "item", "reason").rows() == [
        ("flux", "psg-0", "breaks-signature")
    ]
    assert "written_in does not connect PROJECT to CONCEPT" in drops["detail"][0]


@pytest.mark.parametrize(
    ("relation", "head", "tail", "fits"),
    [
        ("written_in", "PROJECT", "LANGUAGE", True),
        ("written_in", "LANGUAGE", "PROJECT", False),
        ("maintained_by", "PROJECT", "ORGANIZATION", True),
        ("has_maturity", "PROJECT", "MATURITY", True),
        ("has_maturity", "COMPONENT", "MATURITY", False),
        ("loves", "PROJECT", "PROJECT", False),
        ("is_a", None, "CONCEPT", False),
    ],
)
def test_signatures(relation: str, head: str | None, tail: str, fits: bool) -> None:
    assert allowed(relation, head, tail) is fits
    if head:
        assert (breaks_signature(relation, head, tail) is None) is fits


def test_merging_adds_up(rules: Recognizer) -> None:
    one = graph_of(rules, "Flux is written in Go.")
    other_row = ROW | {"project": "harbor", "name": "Harbor", "parent_project": None}
    other = graph_of(rules, "Flux is written in Go. Harbor is too.", row=other_row)
    merged = merge_graphs([one, other])
    edge = merged.edges.filter(type="written_in").row(0, named=True)
    assert edge["count"] == 2
    assert edge["confidence"] > one.edges.filter(type="written_in")["confidence"][0]
    assert merged.nodes.filter(name="Flux")["mentions"][0] == 2
    assert merged.nodes.schema == NODES.schema
    assert merged.edges.schema == EDGES.schema
    maturity = merged.edges.filter(type="has_maturity")
    assert set(maturity["head_name"]) == {"Flux", "Harbor"}
    assert set(maturity["confidence"]) == {1.0}
    backwards = merge_graphs([other, one])
    assert backwards.nodes.equals(merged.nodes)
    assert backwards.edges.equals(merged.edges)


def test_merging_nothing_gives_empty_tables() -> None:
    merged = merge_graphs([])
    assert merged.nodes.is_empty()
    assert merged.edges.is_empty()


def test_graphml_can_be_read_back(rules: Recognizer) -> None:
    import networkx as nx

    graph = graph_of(rules, "Flux is written in Go.\x0c")
    written = to_graphml(graph.nodes, graph.edges)
    assert written == to_graphml(graph.nodes, graph.edges)
    read = nx.parse_graphml(written.decode(), force_multigraph=True)
    assert read.number_of_nodes() == graph.nodes.height
    assert read.number_of_edges() == graph.edges.height
    assert read.nodes[entity_id("PROJECT", "Flux")]["name"] == "Flux"


def test_the_picture_is_a_png_and_always_the_same(rules: Recognizer) -> None:
    graph = graph_of(rules, "Flux is written in Go. Flux integrates with Helm.")
    picture = draw_graph(graph.nodes, graph.edges)
    assert picture.startswith(b"\x89PNG")
    assert picture == draw_graph(graph.nodes, graph.edges)
    empty = merge_graphs([])
    assert draw_graph(empty.nodes, empty.edges).startswith(b"\x89PNG")


def test_an_edge_without_its_nodes_is_not_drawn(rules: Recognizer) -> None:
    graph = graph_of(rules, "Flux is written in Go.")
    assert draw_graph(graph.nodes.filter(pl.col("name") == "Flux"), graph.edges)
