import pytest

from cncf_llm.landscape.names import aliases, canonical_name, project_key, unusable


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Open Policy Agent (OPA)", "open-policy-agent"),
        ("Prometheus", "prometheus"),
        ("cert-manager", "cert-manager"),
        ("CRI-O", "cri-o"),
        ("  k0s  ", "k0s"),
        ("Krüstlet", "kr-stlet"),
        ("日本", ""),
    ],
)
def test_project_key(name, key):
    assert project_key(name) == key


def test_aliases_hold_the_parenthesis_and_shorter_forms():
    assert aliases("Open Policy Agent (OPA)") == ["Open Policy Agent (OPA)", "OPA"]
    assert aliases("The Update Framework (TUF)") == [
        "The Update Framework (TUF)",
        "Update Framework",
        "TUF",
    ]
    assert aliases("Notary Project") == ["Notary"]
    assert aliases("Metal3-io") == ["Metal3"]
    assert aliases("Helm") == []
    assert canonical_name("Open Policy Agent (OPA)") == "Open Policy Agent"


@pytest.mark.parametrize("name", ["a/b", "..", "x\ny", "日本", "n" * 101, "back\\slash", "a\x00"])
def test_unusable_names(name):
    assert unusable(name)


@pytest.mark.parametrize("name", ["Helm", "k8gb", "CDK for Kubernetes (CDK8s)"])
def test_usable_names(name):
    assert unusable(name) is None
