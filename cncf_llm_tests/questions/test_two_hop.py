import polars as pl

from cncf_llm.questions import generate
from cncf_llm.questions.generators.two_hop import facts
from cncf_llm.questions.split import split_of
from cncf_llm.store import stable_id
from cncf_llm_tests.questions.literals import EDGES, NODES, PROJECT, frame, passage, path_in
from cncf_llm_tests.questions.test_relation import AM, GO, PROM, edge, node

THANOS, GRAFANA = ("ent-t", "Thanos"), ("ent-f", "Grafana")
OWN = pl.DataFrame(
    [node("ent-p", "Prometheus", "prometheus"), node("ent-t", "Thanos", "thanos")],
    schema=NODES.schema,
)


def of(*edges: dict, maturity: dict[str, str] | None = None) -> dict[str, str]:
    table = pl.DataFrame(list(edges), schema=EDGES.schema)
    return {
        each.fact.questions[0]: each.fact.answer
        for each in facts(PROJECT, OWN, table, maturity or {})
    }


def test_what_the_neighbours_have_in_common_lists_all_of_them():
    asked = of(
        edge("integrates_with", PROM, THANOS),
        edge("integrates_with", PROM, GRAFANA),
        edge("written_in", THANOS, GO),
        edge("written_in", GRAFANA, GO),
    )
    assert asked == {
        "Which projects written in Go does Prometheus integrate with?": (
            "Prometheus can integrate with Grafana and Thanos, written in Go."
        )
    }


def test_the_landscape_says_how_mature_a_neighbour_is():
    asked = of(edge("depends_on", PROM, THANOS), maturity={"thanos": "incubating"})
    assert asked == {
        "Which incubating CNCF projects does Prometheus, by its documentation, depend on?": (
            "Prometheus depends on the incubating CNCF project Thanos."
        )
    }


def test_parts_of_the_project_are_a_hop_too():
    asked = of(edge("part_of", AM, PROM), edge("integrates_with", AM, GRAFANA))
    assert asked == {
        "Which components of Prometheus integrate with Grafana?": (
            "In Prometheus, Alertmanager integrates with Grafana."
        )
    }


def test_one_hop_alone_and_unsure_edges_give_nothing():
    assert not of(edge("integrates_with", PROM, THANOS))
    assert not of(
        edge("integrates_with", PROM, THANOS, confidence=0.1), edge("written_in", THANOS, GO)
    )


def test_both_hops_are_cited():
    other = next(
        f"other-{number}"
        for number in range(100)
        if split_of(stable_id("doc", "landscape", f"other-{number}")) == "train"
    )
    nodes = pl.DataFrame(
        [node("ent-p", "Prometheus", "prometheus"), node("ent-t", "Thanos", other)],
        schema=NODES.schema,
    )
    row = passage("Prometheus depends on Thanos.", path=path_in("train"))
    hop = edge("depends_on", PROM, THANOS, passage_ids=[row["passage_id"]])
    neighbour = PROJECT | {"project": other, "maturity": "incubating"}
    made = generate(
        PROJECT,
        frame(row),
        nodes,
        pl.DataFrame([hop], schema=EDGES.schema),
        landscape=pl.DataFrame([PROJECT, neighbour]),
    )
    fact = made.facts.filter(kind="two_hop").row(0, named=True)
    assert fact["passage_ids"] == [row["passage_id"], stable_id("psg", "landscape", other)]
