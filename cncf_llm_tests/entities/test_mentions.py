from pathlib import Path

import polars as pl

from cncf_llm.entities import find_mentions
from cncf_llm.entities.mentions import entity_id, entity_name
from cncf_llm.entities.spans import Method, Span
from cncf_llm_tests.entities.conftest import SENTENCES, passages


def test_offsets_are_those_of_the_passage(trained: Path) -> None:
    text = "> The **Argo CD** server, see [OPA](https://x.io/OPA) and `kubectl get pods`.\n\n" + (
        "| Flag | Use |\n|---|---|\n| `--web.port` | port of Prometheus |\n"
    )
    given = passages(text)
    mentions = find_mentions(trained, "d", given).tables["mentions"]
    assert set(mentions["text"]) >= {"Argo CD", "OPA", "kubectl get pods", "--web.port"}
    for row in mentions.iter_rows(named=True):
        assert text[row["start"] : row["end"]] == row["text"]
    assert mentions["mention_id"].n_unique() == mentions.height
    opa = mentions.filter(pl.col("text") == "OPA").row(0, named=True)
    assert opa["name"] == "Open Policy Agent"
    assert opa["entity_id"] == entity_id("PROJECT", "open policy agent")
    assert opa["method"] == "gazetteer"


def test_only_changed_passages_are_read_again(trained: Path) -> None:
    before = passages(*SENTENCES)
    first = find_mentions(trained, "d", before)
    assert (first.reused, first.computed) == (0, len(SENTENCES))
    after = passages("Envoy is new here.", *SENTENCES[1:-1])
    second = find_mentions(trained, "d", after, first.tables)
    assert (second.reused, second.computed, second.removed) == (len(SENTENCES) - 2, 1, 1)
    anew = find_mentions(trained, "d", after)
    for name, table in anew.tables.items():
        assert second.tables[name].equals(table)


def test_unchanged_passages_need_no_recognizer_at_all(trained: Path, tmp_path: Path) -> None:
    first = find_mentions(trained, "d", passages(*SENTENCES))
    again = find_mentions(tmp_path / "absent", "d", passages(*SENTENCES), first.tables)
    assert again.computed == 0
    assert again.tables["mentions"].equals(first.tables["mentions"])


def test_another_recognizer_reads_everything_again(trained: Path) -> None:
    first = find_mentions(trained, "d", passages(*SENTENCES))
    assert find_mentions(trained, "e", passages(*SENTENCES), first.tables).reused == 0


def test_an_ambiguous_name_is_dropped_with_its_reason(trained: Path) -> None:
    drops = find_mentions(trained, "d", passages("Flux the metal.")).tables["drops"]
    assert drops.select("item", "reason").rows() == [("psg-0", "ambiguous-without-context")]
    assert "Flux" in drops["detail"][0]


def test_in_its_own_documentation_an_ambiguous_name_is_trusted(trained: Path) -> None:
    given = passages("Flux", project="flux")
    trusted = find_mentions(trained, "d", given, project_names={"flux": "Flux"})
    assert trusted.tables["mentions"]["name"].to_list() == ["Flux"]
    assert find_mentions(trained, "d", given).tables["mentions"].is_empty()


def test_no_passages_no_mentions(trained: Path) -> None:
    assert find_mentions(trained, "d", passages()).tables["mentions"].is_empty()


def test_names_drop_what_belongs_to_the_occasion() -> None:
    def named(label: str, text: str, method: Method = "pattern") -> str:
        return entity_name(Span(0, len(text), label, text, method))

    assert named("COMMAND", "helm install my-release ./chart --wait") == "helm install my-release"
    assert named("COMMAND", "kubectl apply -f x.yaml") == "kubectl apply"
    assert named("KUBERNETES_KIND", "FancyThings") == "FancyThing"
    assert named("KUBERNETES_KIND", "Ingress", "gazetteer") == "Ingress"
    assert named("SETTING", "--flag=") == "--flag"
