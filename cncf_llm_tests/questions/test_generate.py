import polars as pl
import pytest

from cncf_llm.questions import FACTS, PAIRS, generate
from cncf_llm.questions.facts import Phrasings
from cncf_llm.questions.flags import MOST_COMMANDS
from cncf_llm.questions.generators import (
    command,
    comparison,
    definition,
    field,
    how_to,
    landscape,
    relation,
    release,
    setting,
    troubleshooting,
    two_hop,
)
from cncf_llm.questions.merge import MOST
from cncf_llm_tests.questions.literals import EDGES, NODES, PROJECT, frame, passage, path_in

ONE, TWO, TEST = path_in("train"), path_in("train", 1), path_in("test")
FLAG = "The flags are:\n\n- `--web.port`: TCP port of the {what}."


def reasons(questions) -> set[str]:
    return set(questions.drops["reason"])


def test_rows_lead_back_to_passage_document_and_licence():
    questions = generate(
        PROJECT, frame(passage("Prometheus is a monitoring system.", path=ONE)), NODES, EDGES
    )
    assert questions.facts.schema == FACTS.schema
    assert questions.pairs.schema == PAIRS.schema
    fact = questions.facts.filter(kind="definition").row(0, named=True)
    source = passage("", path=ONE)
    assert fact["passage_ids"] == [source["passage_id"]]
    assert fact["document_ids"] == [source["document_id"]]
    assert (fact["split"], fact["licence"], fact["url"]) == ("train", "Apache-2.0", source["url"])
    pairs = questions.pairs.filter(fact_id=fact["fact_id"])
    assert pairs["question"].to_list() == [
        template.format(project="Prometheus") for template in definition.PROJECT.training
    ]
    assert questions.pairs["qa_id"].is_unique().all()


def test_a_fact_said_twice_has_both_passages():
    text = FLAG.format(what="web server")
    rows = [passage(text, "Flags", path=path) for path in (ONE, TWO)]
    fact = generate(PROJECT, frame(*rows), NODES, EDGES).facts.filter(kind="setting")
    assert fact["passage_ids"].to_list() == [[row["passage_id"] for row in rows]]


def test_contradictions_and_leaks_between_splits_are_dropped():
    rows = [
        passage(FLAG.format(what="web server"), "Flags", path=ONE),
        passage(FLAG.format(what="mail server"), "Flags", path=TWO),
    ]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert "conflicting-answers" in reasons(questions)
    assert questions.facts.filter(kind="setting").is_empty()

    rows = [passage(FLAG.format(what="web server"), "Flags", path=path) for path in (ONE, TEST)]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert "straddles-splits" in reasons(questions)
    assert questions.facts.filter(kind="setting").is_empty()


def test_of_two_wordings_of_a_definition_one_is_kept():
    rows = [
        passage("Prometheus is a monitoring system.", path=ONE),
        passage("Prometheus is a time series database.", path=TWO),
    ]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert questions.facts.filter(kind="definition").height == 1
    assert "other-wording" in reasons(questions)


def test_old_versions_are_named_and_give_way_to_the_same_in_newer_ones():
    text = FLAG.format(what="web server")
    rows = [passage(text, "Flags", path=f"docs/{each}/flags.md") for each in ("v1.9", "v1.10")]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    fact = questions.facts.filter(kind="setting").row(0, named=True)
    assert fact["subject"] == "--web.port (v1.10)"
    assert "Prometheus v1.10" in fact["held_out"][0]
    assert "same-in-newer-version" in reasons(questions)


def test_one_table_does_not_drown_the_rest():
    lines = "\n".join(f"- `--web.flag-{number}`: TCP port {number}." for number in range(100))
    rows = [passage("The flags are:\n\n" + lines, "Flags", path=ONE)]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert questions.facts.filter(kind="setting").height == MOST
    assert "enough-of-document" in reasons(questions)


def test_a_project_is_the_same_in_all_its_versions():
    rows = [passage("Prometheus is a monitoring system.", path="docs/v1.9/index.md")]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert "What is Prometheus?" in questions.pairs["question"]


def test_files_on_the_making_of_the_software_are_left_out_with_a_reason():
    rows = [passage("Prometheus is a monitoring system.", path="blog/2020/hello.md")]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert questions.facts.filter(kind="definition").is_empty()
    assert reasons(questions) == {"not-user-documentation"}


def test_edges_give_facts_with_evidence_of_one_split():
    rows = [passage("Prometheus is written in Go.", path=path) for path in (ONE, TEST)]
    nodes = pl.DataFrame(
        [("ent-p", "PROJECT", "Prometheus", "prometheus", 1, [])], schema=NODES.schema, orient="row"
    )
    ids = [row["passage_id"] for row in rows]
    sentence = "Prometheus is written in Go."
    edge = ("edg-1", "written_in", "ent-p", "Prometheus", "ent-g", "Go", 2, 0.9, sentence, ids)
    edges = pl.DataFrame([edge], schema=EDGES.schema, orient="row")
    questions = generate(PROJECT, frame(*rows), nodes, edges)
    fact = questions.facts.filter(kind="relation").row(0, named=True)
    assert fact["answer"] == "Prometheus is written in Go."
    assert (fact["passage_ids"], fact["split"]) == (ids[:1], "train")


@pytest.fixture
def before():
    return [
        passage("Prometheus is a monitoring system.", path=ONE),
        passage(FLAG.format(what="web server"), "Flags", path=TWO),
        passage("1. Open it.\n2. Read it.", "Read the manual", path=TEST),
    ]


def test_incremental_equals_from_scratch(before):
    first = generate(PROJECT, frame(*before), NODES, EDGES)
    changed = passage(FLAG.format(what="mail server"), "Flags", path=TWO)
    added = passage("Prometheus is a database.", "Other", path=path_in("train", 2))
    after = frame(before[0], changed, added)
    again = generate(PROJECT, after, NODES, EDGES, first.state)
    scratch = generate(PROJECT, after, NODES, EDGES)
    assert (again.reused, again.computed, again.removed) == (1, 2, 1)
    assert again.facts.equals(scratch.facts)
    assert again.pairs.equals(scratch.pairs)
    assert again.drops.equals(scratch.drops)
    for name, table in scratch.state.items():
        assert again.state[name].equals(table)


def test_a_new_neighbour_under_the_same_heading_is_noticed(before):
    first = generate(PROJECT, frame(*before), NODES, EDGES)
    assert first.facts.filter(kind="how_to").height == 1
    second_part = passage("3. Close it.", "Read the manual", path=TEST, passage_id="psg-part-2")
    again = generate(PROJECT, frame(*before, second_part), NODES, EDGES, first.state)
    assert again.facts.filter(kind="how_to").is_empty()


def test_no_passages_still_give_the_landscape_facts():
    questions = generate(PROJECT, frame(passage("x")).clear(), NODES, EDGES)
    assert set(questions.facts["kind"]) == {"landscape"}
    assert questions.facts["path"].unique().to_list() == ["landscape.yml"]


def test_held_out_phrasings_are_no_training_phrasings():
    # FAQ and Stack Overflow questions are their authors' own: they have no other phrasing.
    for module in (
        command,
        comparison,
        definition,
        field,
        how_to,
        landscape,
        relation,
        release,
        setting,
        troubleshooting,
        two_hop,
    ):
        found = [value for value in vars(module).values() if isinstance(value, Phrasings)]
        if module is landscape:
            found += module.DATES.values()
        if module is relation:
            found += [each.phrasings for each in relation.RELATIONS.values()]
        assert found
        training = {template for each in found for template in each.training}
        held_out = {template for each in found for template in each.held_out}
        assert all(each.training and each.held_out for each in found)
        assert not training & held_out


def test_of_a_flag_that_all_commands_inherit_a_few_are_asked():
    rows = [
        passage("- `--as`: User to act as.", f"prom {name}", "Flags", path=ONE)
        for name in ("add", "get", "list", "set", "show")
    ]
    questions = generate(PROJECT, frame(*rows), NODES, EDGES)
    assert questions.facts.filter(kind="setting").height == MOST_COMMANDS
    assert questions.drops["reason"].to_list() == ["same-flag", "same-flag"]
