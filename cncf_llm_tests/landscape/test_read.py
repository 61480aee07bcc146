from pathlib import Path

import pytest

from cncf_llm.landscape import (
    NEIGHBOURS,
    PROJECTS,
    LandscapeMalformedError,
    LandscapeUnreadableError,
    read_landscape,
)
from cncf_llm.store import count_reasons

REAL = Path(__file__).parents[2].parent / "shared" / "corpus" / "landscape.yml"

SMALL = """
landscape:
  - category:
    name: Provisioning
    subcategories:
      - subcategory:
        name: Security
        items:
          - item:
            name: Open Policy Agent (OPA)
            homepage_url: https://www.openpolicyagent.org/
            project: graduated
            repo_url: https://github.com/open-policy-agent/opa/
            additional_repos:
              - repo_url: https://github.com/open-policy-agent/gatekeeper.git
            crunchbase: https://www.crunchbase.com/organization/cloud-native-computing-foundation
            description: Policy engine
            second_path:
              - "Serverless / Embedded Functions"
            extra:
              accepted: '2018-03-29'
              incubating: 2019-04-02
              stack_overflow_url: https://stackoverflow.com/questions/tagged/opa+or+rego
              summary_tags: policy, Go, policy
          - item:
            name: Vault
            homepage_url: https://www.vaultproject.io/
            crunchbase: https://www.crunchbase.com/organization/hashicorp
      - subcategory:
        name: Empty
        items:
"""


def landscape_of(tmp_path: Path, text: str):
    path = tmp_path / "landscape.yml"
    path.write_text(text)
    return read_landscape(str(path))


def items_of(*items: str) -> str:
    """Return a landscape file with these items, each a flow mapping."""
    lines = "".join(f"          - {item}\n" for item in items)
    return "landscape:\n  - name: A\n    subcategories:\n      - name: B\n        items:\n" + lines


def test_a_project_becomes_a_typed_row(tmp_path):
    landscape = landscape_of(tmp_path, SMALL)
    assert landscape.projects.schema == PROJECTS.schema
    assert landscape.neighbours.schema == NEIGHBOURS.schema
    (row,) = landscape.projects.to_dicts()
    assert row["project"] == "open-policy-agent"
    assert row["name"] == "Open Policy Agent"
    assert row["aliases"] == ["Open Policy Agent (OPA)", "OPA"]
    assert row["repositories"] == [
        "https://github.com/open-policy-agent/opa",
        "https://github.com/open-policy-agent/gatekeeper",
    ]
    assert (row["accepted"], row["incubating"], row["graduated"]) == (
        "2018-03-29",
        "2019-04-02",
        None,
    )
    assert row["second_paths"] == ["Serverless / Embedded Functions"]
    assert row["stackoverflow_tags"] == ["opa", "rego", "open-policy-agent"]
    assert row["documentation"] == ["https://www.openpolicyagent.org/docs/"]
    assert row["tags"] == ["policy", "Go"]
    assert row["organization"] == "cloud-native-computing-foundation"
    assert landscape.neighbours["name"].to_list() == ["Vault"]
    assert landscape.facts["items"] == 2
    assert landscape.facts["empty_subcategories"] == 1
    assert landscape.drops.is_empty()


def test_the_hash_of_a_row_changes_with_its_content_only(tmp_path):
    before = landscape_of(tmp_path, SMALL).projects["content_hash"][0]
    assert landscape_of(tmp_path, SMALL + "\n# remark\n").projects["content_hash"][0] == before
    after = landscape_of(tmp_path, SMALL.replace("Policy engine", "An engine"))
    assert after.projects["content_hash"][0] != before


def test_bad_items_are_dropped_with_a_reason_and_the_rest_is_kept(tmp_path):
    landscape = landscape_of(
        tmp_path,
        items_of(
            "{name: Good, project: sandbox, repo_url: https://github.com/good/good}",
            "{name: GOOD, project: sandbox, repo_url: https://github.com/other/good}",
            "{name: a/b, project: sandbox}",
            "{name: '..', project: sandbox}",
            '{name: "new\\nline", project: sandbox}',
            '{name: "new\\nline"}',
            "{homepage_url: https://example.org}",
            "{name: 42, project: sandbox}",
            "{name: Odd, project: galactic}",
            "just text",
        ),
    )
    assert landscape.projects["project"].to_list() == ["good"]
    assert landscape.projects["repositories"].to_list() == [["https://github.com/good/good"]]
    assert count_reasons(landscape.drops) == {
        "unusable-name": 4,
        "malformed-item": 1,
        "missing-name": 2,
        "name-collides": 1,
        "unknown-maturity": 1,
    }


def test_an_item_listed_twice_is_one_project_with_a_second_path(tmp_path):
    item = "{name: Good, project: sandbox, repo_url: https://github.com/good/good}"
    landscape = landscape_of(tmp_path, items_of(item, item))
    assert landscape.projects["second_paths"].to_list() == [["A / B"]]
    assert landscape.drops.is_empty()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("landscape: [\n  a: b: c\n", r"landscape\.yml, line 2"),
        ("", "no list under the key `landscape`"),
        ("landscape: {}", "no list under the key `landscape`"),
        ("landscape: []", "none of its 0 categories"),
        ("landscape:\n  - name: A\n", "none of its 1 categories has a name and subcategories"),
        ("x: &x [*x]", "refers to itself"),
        ("\x00", r"landscape\.yml"),
    ],
)
def test_a_malformed_file_is_an_error_that_says_where_and_what_to_do(tmp_path, text, message):
    with pytest.raises(LandscapeMalformedError, match=message) as caught:
        landscape_of(tmp_path, text)
    assert "CNCF_LLM_LANDSCAPE" in str(caught.value)


def test_a_missing_file_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(LandscapeUnreadableError, match=r"none\.yml.*Set CNCF_LLM_LANDSCAPE"):
        read_landscape(str(tmp_path / "none.yml"))


@pytest.mark.skipif(not REAL.exists(), reason="the real landscape file is not at hand")
def test_the_real_landscape():
    landscape = read_landscape(str(REAL))
    assert landscape.facts["items"] == 2413
    assert landscape.projects.height == 255
    assert landscape.neighbours.height == 2413 - 255
    assert landscape.facts["empty_subcategories"] == 3  # two without a value, one empty list
    assert landscape.drops.is_empty()
    keys = landscape.projects["project"].to_list()
    assert keys == sorted(set(keys))
    assert "monocle" not in keys  # has a maturity elsewhere than a CNCF project has it
    of = {row["project"]: row for row in landscape.projects.to_dicts()}
    assert "https://github.com/prometheus/docs" in of["prometheus"]["repositories"]
    nats = of["nats"]["repositories"]
    assert nats.count("https://github.com/nats-io/nats.docs") == 1
    assert of["argo"]["stackoverflow_tags"][:2] == ["argoproj", "argo"]
