import re

import pytest

from cncf_llm.entities.mentions import entity_id
from cncf_llm.entities.relations import Mention, Refused, Relation, find_relations

LABEL = {
    "P": "PROJECT", "C": "COMPONENT", "O": "ORGANIZATION", "K": "KUBERNETES_KIND", "S": "STANDARD",
    "F": "SETTING", "M": "METRIC", "T": "CONCEPT", "L": "LANGUAGE", "A": "PLATFORM",
}  # fmt: skip


def read(marked: str) -> tuple[str, list[Mention]]:
    """Turn "[P:Flux] is ..." into the sentence and its mentions."""
    text = ""
    mentions = []
    at = 0
    for match in re.finditer(r"\[(\w)(~?):([^\]]+)\]", marked):
        text += marked[at : match.start()]
        label, name = LABEL[match[1]], match[3]
        start = len(text)
        text += name
        mentions.append(
            Mention(start, len(text), label, name, entity_id(label, name), match[2] == "~")
        )
        at = match.end()
    return text + marked[at:], mentions


def stated(marked: str) -> set[tuple[str, str, str]]:
    return {
        (one.head.name, one.relation, one.tail.name)
        for one in find_relations(*read(marked))
        if isinstance(one, Relation)
    }


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("[P:Envoy] is an open source [T:service proxy] for large systems.",
         ("Envoy", "is_a", "service proxy")),
        ("[P:Kubernetes], also known as [P:K8s], is a [T:container orchestrator].",
         ("Kubernetes", "is_a", "container orchestrator")),
        ("[P:Flagger] is written in [L:Go] and small.", ("Flagger", "written_in", "Go")),
        ("[P:linkerd2] is a light, fast proxy written in [L:Rust].",
         ("linkerd2", "written_in", "Rust")),
        ("[P:Prometheus] supports [S:SSL] and [S:TLS].", ("Prometheus", "implements", "TLS")),
        ("[P:CoreDNS] implements the [S:DNS] protocol.", ("CoreDNS", "implements", "DNS")),
        ("By default, [P:Flux] integrates with [P:Helm], [P:Kustomize] and [A:GitHub].",
         ("Flux", "integrates_with", "GitHub")),
        ("[P:KEDA] requires [P:Kubernetes] 1.27 or newer.", ("KEDA", "depends_on", "Kubernetes")),
        ("[P:Kubernetes] uses [P:etcd] as its backend.", ("Kubernetes", "depends_on", "etcd")),
        ("[P:etcd] can be run on [A:Linux].", ("etcd", "runs_on", "Linux")),
        ("[P:Flux] runs on [P:OpenShift] clusters.", ("Flux", "runs_on", "OpenShift")),
        ("Set the [F:replicas] field of the [K:Deployment] to 3.",
         ("Deployment", "configured_by", "replicas")),
        ("Restart after changing the [C:kubelet]'s [F:--config] flag.",
         ("kubelet", "configured_by", "--config")),
        ("The [C:kubelet] exposes the metric [M:up_total].", ("kubelet", "exposes", "up_total")),
        ("Watch [M:up_total], a metric exposed by [P:Prometheus].",
         ("Prometheus", "exposes", "up_total")),
        ("[C:Alertmanager] is part of the [P:Prometheus] project.",
         ("Alertmanager", "part_of", "Prometheus")),
        ("Create a [P:Flux] [K:HelmRelease] for it.", ("HelmRelease", "part_of", "Flux")),
        ("[P:CoreDNS] is a drop-in replacement for [P:SkyDNS].",
         ("CoreDNS", "alternative_to", "SkyDNS")),
        ("[P:Linkerd] is hosted by the [O:CNCF].", ("Linkerd", "maintained_by", "CNCF")),
        ("[P:Flux] is a [O:CNCF] graduated project.", ("Flux", "maintained_by", "CNCF")),
    ],
)  # fmt: skip
def test_each_relation(sentence: str, expected: tuple[str, str, str]) -> None:
    assert expected in stated(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "[P:Envoy] is not a [T:service mesh].",
        "Is [P:Envoy] a [T:service proxy]?",
        "If [P:Flux] is written in [L:Go], rebuild it.",
        "[P:Flux] would integrate with [P:Helm], and might depend on [P:Git].",
        "The author of [P:Envoy] is a [T:service mesh] expert.",
        "[P:Envoy] is a [T:service mesh] expert's choice.",
        "[P:Prometheus] and a tool written in [L:Go] were shown.",
        "[P:Helm] requires attention; [P:Kubernetes] does too.",
        "The [P:Flux] [K:Deployment] was restarted.",
        "[P:Flux] can run in [P:Helm].",
        "[P:Prometheus] was renamed, and [P:Thanos] came later.",
        "Users of [P:Helm] on [A:AWS] said so.",
        "[P:Flux] is the only [T:continuous delivery].",
        "[P:Flagger] is a [T:progressive delivery] tool.",
        "Read the [F:status.phase] field of the [K:Pod].",
        "See [P~:Acme]'s [C:go-plugin] and the [P:Flux] [K~:HelmFest].",
    ],
)
def test_what_a_sentence_does_not_state(sentence: str) -> None:
    assert stated(sentence) == set()


def refused(sentence: str) -> list[str]:
    return [one.reason for one in find_relations(*read(sentence)) if isinstance(one, Refused)]


def test_refusals_carry_their_reason() -> None:
    assert refused("[P:Flux] is written in [T:GitOps] style.") == ["breaks-signature"]
    assert refused("[P:Flux] is not written in [L:Rust].") == ["not-stated"]
    assert refused("[P:Flux] is written in [L:Rust], isn't it?") == ["not-stated"]
    assert refused("[P:Flux] integrates with [P:Flux].") == ["relates-to-itself"]


def test_a_learnt_name_makes_a_relation_less_sure() -> None:
    (sure,) = find_relations(*read("[P:Flagger] is written in [L:Go]."))
    (less,) = find_relations(*read("[P~:Flagger] is written in [L:Go]."))
    assert isinstance(sure, Relation)
    assert isinstance(less, Relation)
    assert less.confidence < sure.confidence


def test_long_odd_sentences_take_no_long() -> None:
    words = "the and an a of " * 400
    assert stated(f"[P:Flux] exposes {words} [M:up_total]") == set()
    assert stated("[P:Flux] integrates with " + "[P:Helm], " * 60) == {
        ("Flux", "integrates_with", "Helm")
    }
