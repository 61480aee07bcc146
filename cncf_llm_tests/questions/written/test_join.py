import polars as pl

from cncf_llm.questions import FACTS, PAIRS
from cncf_llm.questions.written import join_written


def row(table, **values):
    empty = {column: [] if dtype == pl.List(pl.String) else None
             for column, (dtype, _) in table.columns.items()}  # fmt: skip
    return empty | values


def pair(qa_id, question, passage_ids=("psg-1",), fact_id=None, phrasing=0):
    fact_id = fact_id or qa_id.replace("qa", "fct")
    return row(PAIRS, qa_id=qa_id, fact_id=fact_id, question=question, phrasing=phrasing,
               passage_ids=list(passage_ids))  # fmt: skip


def join(mine, written):
    facts = [
        FACTS.frame(
            [row(FACTS, fact_id=each) for each in dict.fromkeys(p["fact_id"] for p in pairs)]
        )
        for pairs in (mine, written)
    ]
    return join_written(PAIRS.frame(mine), facts[0], PAIRS.frame(written), facts[1], ["psg-1"])


def test_written_pairs_stand_behind_the_others():
    joined = join([pair("qa-1", "What is it?")], [pair("qa-2", "What does it do?")])
    assert joined.pairs["qa_id"].to_list() == ["qa-1", "qa-2"]
    assert joined.facts["fact_id"].to_list() == ["fct-1", "fct-2"]
    assert joined.drops.is_empty()


def test_pairs_of_passages_that_are_gone_go():
    joined = join([], [pair("qa-2", "What?", ["psg-1", "psg-2"]), pair("qa-3", "Why?")])
    assert joined.pairs["qa_id"].to_list() == ["qa-3"]
    assert joined.facts["fact_id"].to_list() == ["fct-3"]
    assert joined.drops.select("item", "reason").rows() == [("qa-2", "passage-gone")]


def test_what_is_answered_without_a_model_is_not_asked_twice():
    written = [
        pair("qa-2", "what is IT"),
        pair("qa-3", "Tell me what it is.", fact_id="fct-2", phrasing=1),
        pair("qa-4", "How much?"),
        pair("qa-5", "What is it", fact_id="fct-4", phrasing=1),
    ]
    joined = join([pair("qa-1", "What is it?")], written)
    assert joined.pairs["qa_id"].to_list() == ["qa-1", "qa-4"]
    assert joined.drops.select("item", "reason").rows() == [
        ("qa-2", "duplicate-question"), ("qa-3", "fact-gone"), ("qa-5", "duplicate-question"),
    ]  # fmt: skip


def test_without_written_pairs_nothing_changes():
    joined = join([pair("qa-1", "What is it?")], [])
    assert joined.pairs["qa_id"].to_list() == ["qa-1"]
    assert joined.drops.is_empty()
