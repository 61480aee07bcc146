"""Each asset check is seen passing and failing, on literal data."""

import polars as pl
import pytest

from cncf_llm.defs.benchmark import check_adapter_learned, check_sets_are_apart
from cncf_llm.defs.corpus_checks import (
    check_cluster_size,
    check_duplicate_share,
    check_encoding_damage,
    check_every_document_accounted_for,
    check_no_sudden_loss,
    check_passage_lengths,
    check_share_of_english,
)
from cncf_llm.defs.dataset import check_contamination
from cncf_llm.defs.entity_checks import (
    FLOORS,
    check_no_conflicts,
    check_no_orphans,
    check_recognizer_learned,
    check_recognizer_scores,
    check_signatures,
)
from cncf_llm.defs.landscape import check_has_projects, check_projects_have_a_source
from cncf_llm.defs.models import check_loss_fell
from cncf_llm.defs.questions import check_pairs_are_supported, lost_citations
from cncf_llm.defs.raw_documents import check_licences_known
from cncf_llm.defs.release import RELEASE, check_release_is_whole
from cncf_llm.release import write_manifest


def test_landscape_has_projects():
    assert check_has_projects(pl.DataFrame({"project": ["etcd"]})).passed
    assert not check_has_projects(pl.DataFrame({"project": []})).passed


def test_projects_have_a_source():
    def projects(maturity, repositories):
        return pl.DataFrame(
            {"project": ["etcd"], "maturity": [maturity], "repositories": [repositories]},
            schema_overrides={"repositories": pl.List(pl.String)},
        )

    assert check_projects_have_a_source(projects("graduated", ["https://x/y/z"])).passed
    assert check_projects_have_a_source(projects("archived", [])).passed
    failed = check_projects_have_a_source(projects("sandbox", []))
    assert not failed.passed
    assert failed.metadata["projects without a repository"].value == "etcd"


@pytest.mark.parametrize(("licences", "passed"), [(["MIT"], True), (["MIT", "unknown"], False)])
def test_licences_known(licences, passed):
    documents = pl.DataFrame({"licence": licences, "repository": ["a/b"] * len(licences)})
    assert check_licences_known(documents).passed is passed


@pytest.mark.parametrize(
    ("passages", "reason", "passed"), [(2, None, True), (0, "empty", True), (0, None, False)]
)
def test_every_document_accounted_for(passages, reason, passed):
    documents = pl.DataFrame(
        {"passages": [passages], "drop_reason": [reason]},
        schema_overrides={"drop_reason": pl.String},
    )
    assert check_every_document_accounted_for(documents).passed is passed


@pytest.mark.parametrize(
    ("tokens", "passed"), [([100] * 20 + [900], True), ([100, 900], False), ([], False)]
)
def test_passage_lengths(tokens, passed):
    frame = pl.DataFrame({"tokens": tokens}, schema={"tokens": pl.Int64})
    assert check_passage_lengths(frame).passed is passed


@pytest.mark.parametrize(
    ("languages", "passed"),
    [
        (["en"] * 5 + ["de"] * 15, True),
        (["en"] * 4 + ["de"] * 16, False),
        (["de"] * 9 + [None] * 9, True),  # too few to say
    ],
)
def test_share_of_english(languages, passed):
    documents = pl.DataFrame({"language": languages})
    assert check_share_of_english(documents).passed is passed


@pytest.mark.parametrize(("read", "passed"), [(100, True), (20, False)])
def test_duplicate_share(read, passed):
    reasons = ["exact-duplicate"] * 15 + ["near-duplicate"] * 5 + ["too-short"] * 50
    assert check_duplicate_share(read, pl.DataFrame({"reason": reasons})).passed is passed


@pytest.mark.parametrize(("pages", "passed"), [([], True), ([3, 6], True), ([2, 7], False)])
def test_cluster_size(pages, passed):
    assert check_cluster_size(pages).passed is passed


@pytest.mark.parametrize(
    ("damaged", "passed"), [([0] * 20, True), ([0] * 19 + [3], False), ([1] * 5, True)]
)
def test_encoding_damage(damaged, passed):
    documents = pl.DataFrame({"damaged": damaged, "passages": [1] * len(damaged)})
    assert check_encoding_damage(documents).passed is passed


@pytest.mark.parametrize(
    ("before", "after", "accepted", "passed"),
    [
        (100, 70, False, True),
        (100, 69, False, False),
        (100, 0, True, True),
        (9, 0, False, True),
        (0, 50, False, True),
    ],
)
def test_no_sudden_loss(before, after, accepted, passed):
    assert check_no_sudden_loss(before, after, accepted=accepted).passed is passed


@pytest.mark.parametrize(("tail", "passed"), [("ent-go", True), ("ent-etcd", False)])
def test_edges_fit_their_signatures(tail, passed):
    nodes = pl.DataFrame({"entity_id": ["ent-etcd", "ent-go"], "label": ["PROJECT", "LANGUAGE"]})
    edges = pl.DataFrame(
        {
            "type": ["written_in"],
            "head": ["ent-etcd"],
            "tail": [tail],
            "head_name": ["etcd"],
            "tail_name": ["x"],
        }
    )
    assert check_signatures(nodes, edges).passed is passed


def test_an_edge_to_a_node_that_does_not_exist_is_wrong():
    nodes = pl.DataFrame({"entity_id": ["ent-etcd"], "label": ["PROJECT"]})
    edges = pl.DataFrame(
        {
            "type": ["written_in"],
            "head": ["ent-etcd"],
            "tail": ["ent-gone"],
            "head_name": ["etcd"],
            "tail_name": ["Go"],
        }
    )
    assert not check_signatures(nodes, edges).passed


def test_recognizer_learned():
    assert check_recognizer_learned({"weak_labels": 10}).passed
    assert not check_recognizer_learned({"weak_labels": 0}).passed


def recognizer_scores(f1, relaxed, precision):
    return pl.DataFrame(
        {
            "label": ["micro without CONCEPT", "micro without CONCEPT", "PROJECT"],
            "match": ["exact", "relaxed", "exact"],
            "precision": [0.9, 0.9, precision],
            "recall": [0.5, 0.5, 0.5],
            "f1": [f1, relaxed, 0.6],
            "annotated": [10, 10, 5],
            "found": [10, 10, 5],
        },
        schema_overrides={"f1": pl.Float64, "precision": pl.Float64},
    )


@pytest.mark.parametrize(
    ("measured", "low"),
    [
        ((0.7, 0.8, 0.9), []),
        ((0.69, 0.9, 0.9), ["micro without CONCEPT exact f1"]),
        ((0.8, 0.79, 0.89), ["micro without CONCEPT relaxed f1", "PROJECT exact precision"]),
        ((0.8, 0.9, None), ["PROJECT exact precision"]),  # no project was found at all
    ],
)
def test_recognizer_scores(measured, low):
    result = check_recognizer_scores(recognizer_scores(*measured), FLOORS)
    assert result.passed is (not low)
    below = str(result.metadata["below the floor"].value)
    assert [one.split(" < ")[0] for one in below.split(", ") if one] == low


def graph(edges, mentions=(1, 1, 1)):
    """Three projects and edges between them, given as (type, head, tail)."""
    names = ["Argo", "Argo CD", "Flux"]
    nodes = pl.DataFrame(
        {"entity_id": names, "name": names, "label": ["PROJECT"] * 3, "mentions": list(mentions)}
    )
    columns = ["edge_id", "type", "head", "tail", "head_name", "tail_name"]
    rows = [(f"edg-{at}", *edge, *edge[1:]) for at, edge in enumerate(edges)]
    return nodes, pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


@pytest.mark.parametrize(
    ("mentions", "passed"), [((1, 1, 1), True), ((0, 0, 1), True), ((1, 1, 0), False)]
)
def test_no_orphans(mentions, passed):
    nodes, edges = graph([("child_of", "Argo CD", "Argo")], mentions)
    result = check_no_orphans(nodes, edges)
    assert result.passed is passed
    assert result.metadata["examples"].value == ("" if passed else "Flux")


@pytest.mark.parametrize(
    ("edges", "conflict"),
    [
        ([("child_of", "Argo CD", "Argo"), ("alternative_to", "Argo CD", "Flux")], ""),
        (
            [("alternative_to", "Argo CD", "Flux"), ("alternative_to", "Argo CD", "Argo")],
            "",
        ),
        (
            [("child_of", "Argo CD", "Argo"), ("child_of", "Argo CD", "Flux")],
            "Argo CD child_of Argo and Flux",
        ),
        (
            [("has_maturity", "Flux", "sandbox"), ("has_maturity", "Flux", "graduated")],
            "Flux has_maturity graduated and sandbox",
        ),
        (
            [("licensed_under", "Flux", "MIT"), ("licensed_under", "Flux", "Apache-2.0")],
            "Flux licensed_under Apache-2.0 and MIT",
        ),
        (
            [("child_of", "Argo CD", "Argo"), ("child_of", "Argo", "Argo CD")],
            "Argo and Argo CD are each other's child_of",
        ),
        ([("integrates_with", "Flux", "Flux")], "Flux integrates_with itself"),
    ],
)
def test_no_conflicting_facts(edges, conflict):
    result = check_no_conflicts(*graph(edges))
    assert result.passed is (conflict == "")
    assert result.metadata["examples"].value == conflict


@pytest.mark.parametrize(("cited", "lost"), [(["psg-1"], 0), (["psg-1", "psg-gone"], 1), ([], 1)])
def test_pairs_are_supported(cited, lost):
    pairs = pl.DataFrame(
        {"passage_ids": [cited]}, schema_overrides={"passage_ids": pl.List(pl.String)}
    )
    assert lost_citations(pairs, ["psg-1"]) == lost
    assert check_pairs_are_supported(1, lost).passed is (lost == 0)


def test_no_pairs_at_all_is_a_failure():
    assert not check_pairs_are_supported(0, 0).passed


def test_no_contamination():
    assert check_contamination({"found": 3, "left": 0}).passed
    assert not check_contamination({"found": 3, "left": 1}).passed


@pytest.mark.parametrize(
    ("losses", "passed"),
    [([3.0, 1.0], True), ([1.0, 3.0], False), ([3.0, float("nan")], False), ([3.0], False)],
)
def test_loss_fell(losses, passed):
    assert check_loss_fell(pl.DataFrame({"train_loss": losses})).passed is passed


def scores(adapter_low, adapter_high):
    return pl.DataFrame(
        {
            "set": ["recall", "recall"],
            "metric": ["answer_nll", "answer_nll"],
            "model": ["base", "adapter"],
            "value": [4.0, 1.0],
            "low": [3.5, adapter_low],
            "high": [4.5, adapter_high],
        }
    )


def test_adapter_learned():
    assert check_adapter_learned(scores(0.5, 1.5)).passed
    assert not check_adapter_learned(scores(0.5, 3.6)).passed  # the intervals touch
    assert not check_adapter_learned(scores(0.5, 1.5).head(1)).passed  # no adapter was scored


@pytest.mark.parametrize(("unseen", "passed"), [("doc-2", True), ("doc-1", False)])
def test_sets_are_apart(unseen, passed):
    items = pl.DataFrame({"set": ["recall", "unseen"], "document_ids": [["doc-1"], [unseen]]})
    assert check_sets_are_apart(items).passed is passed


def test_release_is_whole(store):
    with store.draft("dataset_release", None, "r") as draft:
        (draft.path / RELEASE).mkdir()
        (draft.path / RELEASE / "README.md").write_text("card")
        write_manifest(draft.path / RELEASE, {})
    version = store.require("dataset_release")
    assert check_release_is_whole(version).passed
    (version.path / RELEASE / "README.md").write_text("tampered")
    assert not check_release_is_whole(version).passed
