from pathlib import Path

import pytest

from cncf_llm.entities import RecognizerError, load_recognizer
from cncf_llm.entities.known_names import register
from cncf_llm.entities.plain import units
from cncf_llm.entities.reading import recognize
from cncf_llm.entities.recognizer import Recognizer
from cncf_llm.entities.spans import Span, without_overlaps


def found(rules: Recognizer, text: str, own: str | None = None) -> list[tuple[str, str]]:
    parts = units(text)
    results = recognize(rules, [(unit, own) for unit in parts])
    return [
        (unit.text[span.start : span.end], span.label)
        for unit, one in zip(parts, results, strict=True)
        for span in one.spans
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Prometheus server and Argo CD on K8s.",
         [("Prometheus", "PROJECT"), ("Argo CD", "PROJECT"), ("K8s", "PROJECT")]),
        ("Run the kubelet beside image-gc-controller.",
         [("kubelet", "COMPONENT"), ("image-gc-controller", "COMPONENT")]),
        ("The *forward* plugin calls the `log` plugin.",
         [("forward", "COMPONENT"), ("log", "COMPONENT")]),
        ("The Job controller is no Ingress controller.",
         [("Job controller", "COMPONENT"), ("Ingress controller", "CONCEPT")]),
        ("Ask the CNCF, SIG Network or the Storage Working Group.",
         [("CNCF", "ORGANIZATION"), ("SIG Network", "ORGANIZATION"),
          ("Storage Working Group", "ORGANIZATION")]),
        ("Delete pods, a Deployment and the CRDs.",
         [("pods", "KUBERNETES_KIND"), ("Deployment", "KUBERNETES_KIND"),
          ("CRDs", "KUBERNETES_KIND")]),
        ("Create a `FancyThing` resource.", [("FancyThing", "KUBERNETES_KIND")]),
        ("It speaks gRPC, HTTP/2 and RFC 6763 as JSON.",
         [("gRPC", "STANDARD"), ("HTTP/2", "STANDARD"), ("RFC 6763", "STANDARD"),
          ("JSON", "STANDARD")]),
        ("Run helm upgrade --install or `etcdctl snapshot save x.db`.",
         [("helm upgrade --install", "COMMAND"), ("etcdctl snapshot save x.db", "COMMAND")]),
        ("Pass --storage.tsdb.path=/data, spec.replicas, ETCD_NAME and config.linkerd.io/skip.",
         [("--storage.tsdb.path", "SETTING"), ("spec.replicas", "SETTING"),
          ("ETCD_NAME", "SETTING"), ("config.linkerd.io/skip", "SETTING")]),
        ("The `addresses` field, the option `verbose` and the scrapeTimeout parameter.",
         [("addresses", "SETTING"), ("verbose", "SETTING"), ("scrapeTimeout", "SETTING")]),
        ("Watch etcd_server_proposals_total grow.", [("etcd_server_proposals_total", "METRIC")]),
        ("A service mesh uses sidecars.", [("service mesh", "CONCEPT"), ("sidecars", "CONCEPT")]),
        ("Written in Go; query it with PromQL.", [("Go", "LANGUAGE"), ("PromQL", "LANGUAGE")]),
        ("It runs on AWS, Linux and ARM64.",
         [("AWS", "PLATFORM"), ("Linux", "PLATFORM"), ("ARM64", "PLATFORM")]),
        ("Since v1.27 and 3.5.0; version 2.4 too; Helm 3.13 as well.",
         [("v1.27", "VERSION"), ("3.5.0", "VERSION"), ("2.4", "VERSION"), ("Helm", "PROJECT"),
          ("3.13", "VERSION")]),
    ],
)  # fmt: skip
def test_each_label(rules: Recognizer, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(rules, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "See config.yaml, main.go, example.com and www.example.org.",
        "It took 2.5 seconds and 10.5% of 4.2 GB.",
        "Go to the page and keep the file.",
        "The service reads an event and an endpoint.",
        "Call `readFile()` with `true`.",
        "Fetch ghcr.io/owner/image from 10.0.0.1.",
        "The new plugin and this field.",
    ],
)
def test_what_is_not_marked(rules: Recognizer, text: str) -> None:
    assert found(rules, text) == []


@pytest.mark.parametrize(
    ("text", "own", "named"),
    [
        ("We deploy it with Harbor.", None, True),
        ("Harbor is a registry.", None, True),
        ("Flux the metal before soldering.", None, False),
        ("Flux the metal before soldering.", "Flux", False),
        ("Flux", "Flux", True),
        ("Harbor Freight Tools sells it.", None, False),
        ("We set the flux and harbor a doubt.", None, False),
        ("Create a kind cluster.", None, True),
        ("What kind of cluster?", None, False),
        ("The Service is reachable.", None, True),
        ("Services rendered yesterday.", None, False),
        ("Read the Customer Service page.", None, False),
        ("Dragonfly distributes images.", "Dragonfly", True),
        ("A dragonfly lands on the pod of whales.", None, False),
        ("Install Copa with Helm.", None, True),
        ("Falco is a runtime security tool.", None, True),
        ("Rook, Falco and Harbor", None, True),
        ("Keep the file.", None, False),
        ("We use Keep for alerts.", None, True),
        ("Connect to the server.", None, False),
        ("The rook took the knight.", None, False),
        ("Distribution of load", None, False),
        ("Run Distribution, the registry.", None, True),
    ],
)
def test_ambiguous_names_need_context(
    rules: Recognizer, text: str, own: str | None, named: bool
) -> None:
    words = {
        *("Harbor", "Flux", "kind", "Service", "Services", "Dragonfly", "Copa", "Falco", "Rook"),
        *("Keep", "Connect", "Distribution", "dragonfly", "rook"),
    }
    assert any(word in words for word, _ in found(rules, text, own)) is named


def test_an_unclear_name_is_reported_not_lost(rules: Recognizer) -> None:
    (one,) = recognize(rules, [(units("Flux the metal.")[0], None)])
    assert one.spans == []
    assert [span.name for span in one.unclear] == ["Flux"]


def test_tables_and_lists_of_settings(rules: Recognizer) -> None:
    table = "| Parameter | Use |\n|---|---|\n| `name` | a `word` |"
    assert found(rules, table) == [("name", "SETTING")]
    assert found(rules, "- `host`: where it is") == [("host", "SETTING")]
    assert found(rules, "- `host` names something") == []


def test_in_fenced_code_only_kinds_commands_and_metrics(rules: Recognizer) -> None:
    text = "```\nkind: WidgetSet\nname: Kubernetes\n$ kubectl get pods -n x\nup_total 3\n```"
    assert found(rules, text) == [
        ("WidgetSet", "KUBERNETES_KIND"), ("kubectl get", "COMMAND"), ("up_total", "METRIC"),
    ]  # fmt: skip


def test_rules_win_over_the_statistical_component_and_long_names_over_short() -> None:
    short = Span(0, 4, "PROJECT", "Argo", "gazetteer")
    long = Span(0, 7, "PROJECT", "Argo CD", "gazetteer")
    learnt = Span(0, 12, "PROJECT", "Argo CD Town", "statistical")
    beside = Span(13, 20, "PROJECT", "Another", "statistical")
    assert without_overlaps([learnt, short, beside, long]) == [long, beside]


def test_the_saved_pipeline_is_one_of_spacy(trained: Path) -> None:
    import spacy

    register()
    doc = spacy.load(trained)("Prometheus runs on Kubernetes with --web.port=1")
    assert ("Prometheus", "PROJECT") in [(e.text, e.label_) for e in doc.ents]
    assert ("--web.port", "SETTING") in [(e.text, e.label_) for e in doc.ents]
    assert load_recognizer(trained).nlp.pipe_names == ["known_names", "ner"]


def test_a_folder_that_is_no_recognizer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecognizerError, match="materialize entity_recognizer again"):
        load_recognizer(tmp_path)
