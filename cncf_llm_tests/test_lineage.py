"""One document, two passages, a fact, a pair, an item, a score: followed both ways."""

import io

import polars as pl
import pytest
from rich.console import Console

from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.lineage import show_lineage
from cncf_llm.lineage import UnknownIdError, children, find, parents
from cncf_llm.store import stable_id

LANDSCAPE_PASSAGE = stable_id("psg", "landscape", "etcd")


def put(store, asset, partition, **tables):
    with store.draft(asset, partition, "r") as draft:
        for name, rows in tables.items():
            draft.write(name, pl.DataFrame(rows))
        draft.facts.update(source="landscape.yml", source_hash="beef")


@pytest.fixture
def filled(store):
    put(store, "landscape", None, projects=[{"project": "etcd", "name": "etcd"}])
    put(
        store,
        "repository_documents",
        "etcd",
        documents=[
            {
                "document_id": "doc-1",
                "project": "etcd",
                "repository": "etcd-io/website",
                "path": "docs/a.md",
                "revision": "c0ffee",
                "url": "https://github.com/etcd-io/website/blob/c0ffee/docs/a.md",
                "licence": "CC-BY-4.0",
            }
        ],
    )
    passages = [
        {"passage_id": f"psg-{n}", "document_id": "doc-1", "project": "etcd", "text": f"text {n}"}
        for n in (1, 2)
    ]
    put(store, "unified_corpus", "etcd", passages=passages)
    facts = [
        {"fact_id": "fct-1", "project": "etcd", "subject": "etcd", "passage_ids": ["psg-1"]},
        {"fact_id": "fct-2", "project": "etcd", "subject": "x", "passage_ids": [LANDSCAPE_PASSAGE]},
    ]
    pairs = [
        {"qa_id": "qa-1", "fact_id": "fct-1", "project": "etcd", "question": "What?", "answer": "A"}
    ]
    put(store, "qa_pairs", "etcd", pairs=pairs, facts=facts)
    items = [{"item_id": "itm-1", "fact_id": "fct-1", "project": "etcd", "question": "Really?"}]
    put(store, "benchmark_questions", "etcd", items=items)
    scores = [
        {"score_id": f"scr-{m}", "item_id": "itm-1", "project": "etcd", "model": m}
        for m in ("base", "adapter")
    ]
    put(store, "benchmark_scores", "etcd", item_scores=scores)
    return store


def trail(store, row_id, step):
    rows, names = [find(store, row_id)], []
    while rows:
        names.append([row.id for row in rows])
        rows = step(store, rows)
    return names


def all_parents(store, rows):
    return [found for row in rows for found in parents(store, row)]


def test_a_score_leads_back_to_file_commit_and_licence(filled):
    assert trail(filled, "scr-adapter", all_parents) == [
        ["scr-adapter"],
        ["itm-1"],
        ["fct-1"],
        ["psg-1"],
        ["doc-1"],
    ]
    document = find(filled, "doc-1").values
    assert (document["path"], document["revision"], document["licence"]) == (
        "docs/a.md",
        "c0ffee",
        "CC-BY-4.0",
    )


def test_a_document_leads_forward_to_its_pairs_and_scores(filled):
    assert trail(filled, "doc-1", children) == [
        ["doc-1"],
        ["psg-1", "psg-2"],
        ["fct-1"],
        ["qa-1", "itm-1"],
        ["scr-base", "scr-adapter"],
    ]


def test_a_fact_of_the_landscape_leads_to_the_landscape_file(filled):
    (row,) = parents(filled, find(filled, "fct-2"))
    assert (row.kind.name, row.values["path"], row.values["revision"]) == (
        "landscape entry",
        "landscape.yml",
        "sha256:beef",
    )


def test_an_id_that_is_gone_and_one_that_is_none_are_told_apart(filled):
    with pytest.raises(UnknownIdError, match="no passage has the id psg-9"):
        find(filled, "psg-9")
    with pytest.raises(UnknownIdError, match="no id of ours"):
        find(filled, "README.md")


def test_the_command_prints_the_whole_trail(filled):
    console = Console(file=io.StringIO(), width=120)
    show_lineage(filled, console, "qa-1")
    printed = console.file.getvalue()
    for part in ("What?", "etcd-io/website", "docs/a.md", "c0ffee", "blob/c0ffee", "CC-BY-4.0"):
        assert part in printed


def test_the_command_explains_an_unknown_id(filled):
    with pytest.raises(UsageError, match="no question-answer pair has the id qa-0"):
        show_lineage(filled, Console(file=io.StringIO()), "qa-0")


def test_a_fact_over_two_hops_leads_to_its_neighbours_landscape_entry_too(store):
    projects = [{"project": key, "name": key} for key in ("etcd", "grpc")]
    put(store, "landscape", None, projects=projects)
    passages = [{"passage_id": "psg-1", "document_id": "doc-1", "project": "etcd", "text": "t"}]
    put(store, "unified_corpus", "etcd", passages=passages)
    cited = ["psg-1", stable_id("psg", "landscape", "grpc")]
    fact = {"fact_id": "fct-1", "project": "etcd", "kind": "two_hop", "passage_ids": cited}
    put(store, "qa_pairs", "etcd", facts=[fact])
    found = parents(store, find(store, "fct-1"))
    assert [row.id for row in found] == ["psg-1", stable_id("doc", "landscape", "grpc")]
