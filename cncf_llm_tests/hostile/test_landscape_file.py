"""Landscape files that a stranger broke: a reason for the item, or an error and the old data."""

import dagster as dg
import pytest

from cncf_llm.defs.landscape import landscape
from cncf_llm.landscape import LandscapeError, LandscapeMalformedError, read_landscape
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import count_reasons

GOOD = "{name: Good, project: sandbox, repo_url: https://github.com/good/good}"


def items_of(*items: str) -> str:
    """Return a landscape file with these items, each a flow mapping."""
    lines = "".join(f"          - {item}\n" for item in items)
    return "landscape:\n  - name: A\n    subcategories:\n      - name: B\n        items:\n" + lines


def landscape_of(tmp_path, content: str | bytes):
    path = tmp_path / "landscape.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_landscape(str(path))


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ('"a/b"', "contains '/'"),
        ('".."', "contains '..'"),
        ('"a\\\\b"', "contains"),
        ('"a\\nb"', r"contains '\\n'"),
        ('"a\\0b"', r"contains '\\x00'"),
        ('"a\\eb"', r"contains '\\x1b'"),
        ('"a\\u202Eb"', r"contains '\\u202e'"),
        ('"a\\u2028b"', r"contains '\\u2028'"),
        ('"' + "n" * 10_000 + '"', "longer than 100"),
        ('"日本"', "to make a key of"),
        ('"---"', "to make a key of"),
    ],
)
def test_a_name_that_cannot_name_a_partition_costs_only_its_item(tmp_path, name, detail):
    found = landscape_of(tmp_path, items_of(GOOD, f"{{name: {name}, project: sandbox}}"))
    assert found.projects["project"].to_list() == ["good"]
    (drop,) = found.drops.to_dicts()
    assert drop["reason"] == "unusable-name"
    assert detail.replace("\\\\", "\\") in drop["detail"]
    assert drop["item"].isprintable()
    assert len(drop["item"]) <= 210


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("{project: sandbox}", "missing-name"),
        ("{name: 5, project: sandbox}", "missing-name"),
        ("{name: [a], project: sandbox}", "missing-name"),
        ("{name: '', project: sandbox}", "missing-name"),
        ("{name: Odd, project: [sandbox]}", "unknown-maturity"),
        ("{name: Odd, project: }", "unknown-maturity"),
        ("{name: GOOD, project: graduated}", "name-collides"),
        ("{name: 'Good!', project: graduated}", "name-collides"),
        ("~", "malformed-item"),
        ("[a, b]", "malformed-item"),
        ("{name: 'a/\\u202Eb'}".replace("'", '"'), "unusable-name"),
    ],
)
def test_an_item_that_cannot_be_used_is_dropped_with_its_reason(tmp_path, item, reason):
    found = landscape_of(tmp_path, items_of(GOOD, item))
    assert found.projects["project"].to_list() == ["good"]
    assert found.neighbours.is_empty()
    assert count_reasons(found.drops) == {reason: 1}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("extra: [1]", "malformed-field"),
        ("extra: text", "malformed-field"),
        ("extra: {accepted: soon}", "malformed-field"),
        ("extra: {accepted: [2020]}", "malformed-field"),
        ("extra: {summary_tags: [a]}", "malformed-field"),
        ("description: 5", "malformed-field"),
        ('description: "a\\0b"', "malformed-field"),
        ('description: "a\\u202Eb"', "malformed-field"),
        (f"description: {'x' * 20_001}", "malformed-field"),
        ("second_path: text", "malformed-field"),
        ("second_path: [{a: b}]", "malformed-field"),
        ("additional_repos: text", "malformed-field"),
        ("additional_repos: [text]", "malformed-field"),
        ("additional_repos: [{repo_url: [a]}]", "malformed-field"),
        ("additional_repos: [{repo_url: 'file:///etc/passwd'}]", "refused-url"),
        ("homepage_url: 'javascript:alert(1)'", "refused-url"),
        ("homepage_url: '//host/'", "refused-url"),
        ('homepage_url: "https://host/\\nSet-Cookie: a"', "refused-url"),
        ("homepage_url: 'https://user:word@host/'", "refused-url"),
        ("homepage_url: 'https://höst/'", "refused-url"),
        ("homepage_url: 'https://['", "refused-url"),
        ("crunchbase: 'https://['", "refused-url"),
        ("extra: {documentation_url: 'file:///etc/passwd'}", "refused-url"),
        ("extra: {stack_overflow_url: 'https://['}", "refused-url"),
        ("extra: {stack_overflow_url: 'https://x/tagged/a%0Ab'}", "malformed-field"),
        ("description: a, description: b", "duplicate-key"),
    ],
)
def test_a_bad_field_costs_only_itself(tmp_path, fields, reason):
    item = GOOD.replace("}", f", {fields}}}")
    found = landscape_of(tmp_path, items_of(item))
    (row,) = found.projects.to_dicts()
    assert row["repositories"] == ["https://github.com/good/good"]
    assert row["homepage"] is None
    assert row["documentation"] == []
    assert row["accepted"] is None
    assert count_reasons(found.drops) == {reason: 1}
    assert "user:word" not in found.drops["detail"][0]


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch x",
        "-o",
        "ext::sh -c touch%20x",
        "file:///etc",
        "/etc",
        "ssh://git@github.com/a/b",
        "git@github.com:a/b",
        "git://github.com/a/b",
        "http://example.org/a/b",
        "https://token@github.com/a/b",
        "https://github.com/a/b c",
        "HTTPS://",
        "",
    ],
)
def test_only_https_names_a_repository(tmp_path, url):
    found = landscape_of(tmp_path, items_of(f"{{name: Good, project: sandbox, repo_url: '{url}'}}"))
    assert found.projects["repositories"].to_list() == [[]]
    assert count_reasons(found.drops) == ({"refused-url": 1} if url else {})


def test_null_fields_and_lists_without_a_value_are_empty(tmp_path):
    text = items_of("{name: Good, project: sandbox, extra: , repo_url: , additional_repos: }")
    found = landscape_of(tmp_path, text + "      - name: C\n        items:\n")
    assert found.projects["project"].to_list() == ["good"]
    assert found.drops.is_empty()
    assert found.facts["empty_subcategories"] == 1


def test_more_repositories_than_any_project_has_are_cut(tmp_path):
    urls = ", ".join(f"{{repo_url: 'https://github.com/good/r{n}'}}" for n in range(500))
    found = landscape_of(tmp_path, items_of(GOOD.replace("}", f", additional_repos: [{urls}]}}")))
    assert found.projects["repositories"].list.len().to_list() == [101]
    assert count_reasons(found.drops) == {"malformed-field": 1}


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("  - just text\n", "malformed-category"),
        ("  - subcategories: []\n", "malformed-category"),
        ("  - name: C\n    subcategories: 7\n", "malformed-category"),
        ("  - name: C\n    subcategories: [text]\n", "malformed-subcategory"),
        ("  - name: C\n    subcategories: [{items: []}]\n", "malformed-subcategory"),
        ("  - name: C\n    subcategories: [{name: D, items: 7}]\n", "malformed-subcategory"),
    ],
)
def test_a_broken_part_of_the_file_does_not_cost_the_rest(tmp_path, part, reason):
    found = landscape_of(tmp_path, items_of(GOOD) + part)
    assert found.projects["project"].to_list() == ["good"]
    assert count_reasons(found.drops) == {reason: 1}


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"- a\n",
        b"42",
        b"landscape:",
        b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        items_of(GOOD).encode()[:90],  # cut off within a line
        items_of(GOOD, GOOD)[:-8].encode(),  # cut off within an item
        "landscape: \xff\xfe".encode("latin-1"),
        "landscape: [é]".encode("latin-1"),
        b"landscape:\n  - name: a\x00b\n",
        BOMB.encode(),
        b"landscape: !!python/object/apply:os.system ['true']",
        b"landscape: !!python/name:os.system",
        b"landscape: !include /etc/passwd",
        b"landscape: " + b"[" * 10_000,
        b"landscape: &a [*a]",
        b"landscape: !!int ''",
        b"landscape: !!bool maybe",
        b"landscape: !!timestamp soon",
        b"landscape: " + b"9" * 10_000,
        b"? {a: b}\n: c\n",
        b"%YAML 9.9\n---\nlandscape: []\n",
    ],
)
def test_a_file_that_is_no_landscape_is_an_error(tmp_path, content):
    with pytest.raises(LandscapeMalformedError, match="CNCF_LLM_LANDSCAPE"):
        landscape_of(tmp_path, content)


def test_a_file_of_100_megabytes_is_not_read(tmp_path):
    path = tmp_path / "landscape.yml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(LandscapeError, match="larger than 50,000,000 bytes"):
        read_landscape(str(path))


def projects(*numbers: int) -> str:
    """Return a landscape file of projects, each with a repository."""
    item = "{{name: P{0}, project: sandbox, repo_url: 'https://github.com/o/p{0}'}}"
    return items_of(*(item.format(number) for number in numbers))


def test_a_bad_file_after_a_good_one_leaves_the_landscape_as_it_was(tmp_path, store, instance):
    file = tmp_path / "landscape.yml"
    resources = {"settings": Settings(landscape=str(file)), "store": store}

    def materialize(content: str) -> dg.ExecuteInProcessResult:
        file.write_text(content)
        return dg.materialize(
            [landscape], instance=instance, resources=resources, raise_on_error=False
        )

    assert materialize(projects(*range(10))).success
    before = store.require("landscape")
    partitions = instance.get_dynamic_partitions(PROJECTS.name)
    for bad, message in {
        "": "no list under the key",
        BOMB: "aliases expanded",
        projects(*range(4)): "had 10",  # cut off between two items, so still YAML
        items_of("{name: Vault}"): "has 0 CNCF projects",
    }.items():
        result = materialize(bad)
        assert not result.success
        (failure,) = result.get_step_failure_events()
        assert message in str(failure.event_specific_data)
        assert store.require("landscape") == before
        assert instance.get_dynamic_partitions(PROJECTS.name) == partitions
    assert materialize(projects(*range(9))).success
    assert store.require("landscape").table("projects").height == 9
