import gzip
import json
from importlib.resources import files

import polars as pl
import pytest

from cncf_llm.questions import curation, review
from cncf_llm.questions.curation import filters, probes
from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.curation.entailment import Entailment, EntailmentError
from cncf_llm.questions.curation.manifest import manifest_error
from cncf_llm.questions.curation.sources import landscape_text, source_texts
from cncf_llm.questions.curation.support import is_supported
from cncf_llm.questions.facts import Drop
from cncf_llm_tests.questions.curation_literals import GOOD, TEXT, facts, pair, pairs
from cncf_llm_tests.questions.literals import NODES, PROJECT, frame, passage

NO_VERDICTS = review.VERDICTS.frame()


EXPLAIN = "Can you explain the `--limit` flag of Starling?"


def curate(*rows, previous=None, text=TEXT, **more):
    return curation.curate_pairs(
        pairs(*rows), facts(*rows), {"psg-1": text}, "Starling", NO_VERDICTS, previous, **more
    )


def reasons(curated):
    return dict(curated.drops.select("item", "reason").iter_rows())


def test_every_filter_tells_its_probes_apart():
    probed = curation.probe()
    assert curation.blind(probed) == []
    assert set(probed) == {*filters.FILTERS, "near_duplicates"}
    assert all(counts["good"] >= 5 and counts["bad"] >= 5 for counts in probed.values())


@pytest.mark.parametrize("answer", [None, Drop("anything", "")])
def test_a_filter_that_passes_or_refuses_all_is_blind(monkeypatch, answer):
    broken = {**filters.FILTERS, "support": lambda case: answer}
    monkeypatch.setattr(probes, "FILTERS", broken)
    assert curation.blind(curation.probe()) == ["support"]


def test_a_pair_carries_its_support_and_the_tier_that_decided():
    kept = curate(pair("qa-1")).pairs.row(0, named=True)
    assert (kept["support"], kept["support_tier"]) == (1.0, "lexical")


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        (GOOD, "It sets the size of its cache, 30 GiB by default.", "unsupported-name"),
        (GOOD, "It encrypts traffic between nodes.", "unsupported-answer"),
        ("What does the flag do in Starling?", "It sets the size.", "not-self-contained"),
        ("What is the size of its cache of Starling?", "The size of its cache.", None),
        ("Which `--limit` sets the cache size?", "Sets the cache size.", "answer-in-question"),
        (GOOD, "It sets the size of its cache, see below:", "answer-incomplete"),
        (GOOD, "", "too-short"),
    ],
)
def test_a_bad_pair_is_dropped_with_its_fact(question, answer, reason):
    curated = curate(pair("qa-1", question, answer))
    if reason:
        assert reasons(curated) == {"qa-1": reason}
        assert curated.pairs.is_empty()
        assert curated.facts.is_empty()
        assert curated.judged == {"template": {"pairs": 1, "refused": 1}}


def test_two_facts_that_say_the_same_are_one_and_phrasings_stay():
    rows = (
        pair("qa-1", fact_id="fct-a"),
        pair("qa-2", EXPLAIN, fact_id="fct-a", phrasing=1),
        pair("qa-3", "What is the `--limit` flag of Starling doing?", fact_id="fct-b"),
        pair("qa-4", EXPLAIN, "Sets the size.", phrasing=1),
    )
    curated = curate(*rows)
    assert reasons(curated) == {"qa-3": "near-duplicate", "qa-4": "duplicate-question"}
    assert curated.facts["fact_id"].to_list() == ["fct-a"]


def test_what_turns_a_question_round_makes_it_another():
    answer = "It sets the size of its cache."
    rows = [
        pair(f"qa-{word}", f"How do I turn {word} the size limit of the cache of Starling?", answer)
        for word in ("on", "off")
    ]
    assert curate(*rows).pairs.height == 2


def test_unchanged_pairs_are_not_judged_again():
    rows = [pair("qa-1"), pair("qa-2", "How large is the cache of Starling?", "20 GiB.")]
    first = curate(*rows)
    again = curate(*rows, previous=first.state)
    assert (first.computed, again.computed, again.reused) == (2, 0, 2)
    assert again.pairs.equals(first.pairs)
    edited = curate(*rows, previous=first.state, text=TEXT.replace("20", "25"))
    assert edited.computed == 2
    assert reasons(edited) == {"qa-2": "unsupported-answer"}
    fewer = curate(rows[0], previous=first.state)
    assert (fewer.reused, fewer.computed, fewer.removed) == (1, 0, 1)


def test_a_pair_without_passages_has_no_support():
    kept = curate(pair("qa-1", passage_ids=["psg-gone"])).pairs.row(0, named=True)
    assert (kept["support"], kept["support_tier"]) == (None, "none")


@pytest.mark.parametrize(
    ("manifest", "wrong"),
    [
        ({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}, None),
        ({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": 1}}, "data.a"),
        ({"apiVersion": "batch/v1", "kind": "Job", "spec": {"image": "x"}}, "spec"),
        ({"apiVersion": "example.org/v1", "kind": "Nest", "spec": {"any": 1}}, None),
        ({"apiVersion": "example.org/one", "kind": "Nest"}, "apiVersion"),
        ({"apiVersion": "example.org/v1", "kind": "nest"}, "kind"),
        ({"apiVersion": "example.org/v1", "kind": "Nest", "metadata": []}, "metadata"),
        ({"replicas": 3}, None),
        ("text", None),
    ],
)
def test_manifests_are_held_against_the_schemas_of_kubernetes(manifest, wrong):
    found = manifest_error(manifest)
    assert (found is None) == (wrong is None)
    assert wrong is None or (found and wrong in found)


def test_the_vendored_schemas_are_what_they_say():
    packed = files("cncf_llm.questions.curation").joinpath("kubernetes-1.37.json.gz").read_bytes()
    schemas = json.loads(gzip.decompress(packed))
    assert len(packed) < 50_000
    assert "io.k8s.api.apps.v1.Deployment" in schemas


def test_sources_have_titles_and_names_and_the_landscape_its_dates_in_words():
    row = passage("It runs on k8s.", "Setup")
    node = {"entity_id": "ent-1", "label": "PROJECT", "name": "Kubernetes", "project_key": None}
    nodes = pl.DataFrame(
        [node | {"mentions": 1, "passage_ids": [row["passage_id"]]}], schema=NODES.schema
    )
    texts = source_texts(frame(row), nodes, pl.DataFrame([PROJECT]))
    assert texts[row["passage_id"]] == "Guide\nSetup\nIt runs on k8s.\nKubernetes"
    assert "accepted: 2016-05-09 9 May 2016" in landscape_text(PROJECT)


@pytest.mark.parametrize(
    ("answer", "source", "passes"),
    [
        ("Every 0.5s.", "It looks every 0.5s at it.", True),
        ("Every 0.5 s.", "It looks every 5 s at it.", False),
        ("Since v1.20.", "Since release 1.20 it does.", True),
        ("Up to 1,000 nodes.", "Up to 1,000 nodes, 12 pods.", True),
        ("Two ports.", "It has 2 ports.", True),
        ("Buckets `100, 250`.", "Buckets 10,100,250,500.", True),
        ("Use `--a` and `b.c`.", "`--a=1` and b.c", True),
        ("Use `--a` and `b.d`.", "`--a=1` and b.c", False),
        ("Write `\\x66`.", "Write `\\x66`.", True),
    ],
)
def test_numbers_and_names_must_be_exact(answer, source, passes):
    assert (is_supported(Case("What?", answer, sources=(source,))) is None) == passes


class Always:
    """A model that gives every answer one support."""

    name = "always"

    def __init__(self, support):
        self.value = support
        self.asked = 0

    def support(self, case: Case) -> float:
        self.asked += 1
        return self.value


def test_a_model_decides_once_a_fact_on_what_passed_the_rules():
    rows = (
        pair("qa-1", fact_id="fct-a"),
        pair("qa-2", EXPLAIN, fact_id="fct-a", phrasing=1),
        pair("qa-3", "How fast is Starling?", "It serves 900 images a second."),
    )
    model = Always(0.75)
    curated = curate(*rows, entailment=model)
    assert model.asked == 1
    assert set(curated.pairs.select("support", "support_tier").iter_rows()) == {(0.75, "nli")}
    refused = curate(*rows, previous=curated.state, entailment=Always(0.1))
    assert refused.computed == 0  # the same model by name: nothing is judged again
    assert set(reasons(curate(*rows, entailment=Always(0.1))).values()) == {
        "not-entailed",
        "unsupported-answer",
    }


def test_a_folder_that_is_no_nli_model_is_named(tmp_path):
    with pytest.raises(EntailmentError, match="no config"):
        Entailment(tmp_path).support(Case("Q?", "An answer.", sources=("text",)))


@pytest.mark.slow
def test_a_local_model_gives_probabilities_of_entailment(tmp_path):
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "starling", "caches", "images"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    labels = {0: "contradiction", 1: "neutral", 2: "entailment"}
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, 0.0, 2.0]))
    model.save_pretrained(tmp_path)
    case = Case("What?", "Starling caches images. It does.", sources=("Starling caches images.",))
    assert Entailment(tmp_path).support(case) == pytest.approx(0.787, abs=0.001)
