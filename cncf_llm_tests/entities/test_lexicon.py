import time

import pytest

from cncf_llm.entities.lexicon import lexicon_of

NAMES = lexicon_of(
    [
        ("Argo", "PROJECT", "Argo"),
        ("Argo CD", "PROJECT", "Argo CD"),
        ("kubernetes", "PROJECT", "Kubernetes"),
        (".NET", "PROJECT", ".NET"),
        ("CI/CD", "CONCEPT", "CI/CD"),
        ("C++", "LANGUAGE", "C++"),
        ("gRPC", "STANDARD", "gRPC"),
        ("JSON", "STANDARD", "JSON"),
    ]
)


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NAMES.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Argo CD and Argo.", ["Argo CD", "Argo"]),
        ("Use .NET, C++ or CI/CD (gRPC).", [".NET", "C++", "CI/CD", "gRPC"]),
        ("Argo's own; an Argo-based kubernetes-native tool", ["Argo", "Argo", "kubernetes"]),
        ("gRPC/JSON and non-JSON", ["gRPC", "JSON", "JSON"]),
        ("", []),
    ],
)
def test_the_longest_name_at_each_word(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "kubernetes.io/name", "https://kubernetes.example", "my-kubernetes", "docs/kubernetes/a.md",
        "kubernetes_sd", "Argonaut", "kubernetes-2", "$kubernetes", "@kubernetes",
    ],
)  # fmt: skip
def test_parts_of_paths_hosts_and_words_are_no_names(text: str) -> None:
    assert found(text) == []


def test_forms_lead_to_the_name() -> None:
    assert NAMES.name_of("kubernetes", "PROJECT") == "Kubernetes"
    assert NAMES.name_of("kubernetes", "CONCEPT") is None
    assert NAMES.name_of("?", "CONCEPT") is None


def test_a_long_text_takes_no_long() -> None:
    started = time.process_time()
    assert len(found("Argo CD " * 50_000)) == 50_000
    assert time.process_time() - started < 5
