import polars as pl

from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.relation import facts
from cncf_llm_tests.questions.literals import EDGES, NODES, PROJECT


def node(entity_id: str, name: str, project_key: str | None = None) -> dict:
    return {
        "entity_id": entity_id,
        "label": "PROJECT",
        "name": name,
        "project_key": project_key,
        "mentions": 1,
        "passage_ids": ["psg-1"],
    }


def edge(kind: str, head: tuple[str, str], tail: tuple[str, str], **changes: object) -> dict:
    row = {
        "edge_id": f"edg-{kind}-{head[0]}-{tail[0]}",
        "type": kind,
        "head": head[0],
        "head_name": head[1],
        "tail": tail[0],
        "tail_name": tail[1],
        "count": 1,
        "confidence": 0.9,
        "sentence": f"{head[1]} ... {tail[1]}.",
        "passage_ids": ["psg-1"],
    }
    return row | changes


PROM, GO, AM = ("ent-p", "Prometheus"), ("ent-g", "Go"), ("ent-a", "Alertmanager")
OWN = pl.DataFrame([node("ent-p", "Prometheus", "prometheus")], schema=NODES.schema)


def of(*edges: dict) -> list[Fact | Drop]:
    found = facts(PROJECT, OWN, pl.DataFrame(list(edges), schema=EDGES.schema))
    return [fact for fact, _ in found]


def test_the_values_of_a_relation_make_one_fact():
    (fact,) = of(
        edge("integrates_with", PROM, ("ent-2", "Thanos")),
        edge("integrates_with", PROM, ("ent-1", "Grafana")),
    )
    assert isinstance(fact, Fact)
    assert fact.questions[0] == "Name some software or services that Prometheus integrates with."
    assert fact.answer == "Prometheus integrates with Grafana and Thanos."


def test_parts_of_the_project_are_named_with_it():
    (written,) = of(edge("part_of", AM, PROM), edge("written_in", AM, GO))
    assert isinstance(written, Fact)
    assert written.questions[0] == (
        "Which programming language is the Prometheus component Alertmanager written in?"
    )


def test_other_heads_weak_edges_and_landscape_facts_are_passed_over():
    assert not of(edge("written_in", ("ent-x", "Thanos"), GO))
    assert not of(edge("written_in", PROM, GO, confidence=0.3))
    assert not of(edge("written_in", PROM, GO, passage_ids=[]))
    assert not of(edge("unknown_type", PROM, GO))


def test_a_long_list_of_mentions_is_no_answer():
    (drop,) = of(*(edge("written_in", PROM, (f"e{i}", f"L{i}")) for i in range(9)))
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-too-long"
