import json

import pytest

from cncf_llm.defs.automation.source_cursor import Checks, checks_of_cursor


def test_a_cursor_comes_back_as_it_was_written():
    checks = Checks()
    checks.put_off("etcd", "repository", 1_000.7)
    checks.put_off("etcd", "website", 2_000, failures=3)
    checks.rest("github.com", 5_000)
    again = checks_of_cursor(checks.to_cursor())
    assert again == checks
    assert again.when("etcd", "repository") == 1_000
    assert again.when("helm", "repository") == 0
    assert again.failures("etcd", "website") == 3


@pytest.mark.parametrize(
    "cursor",
    [
        "{",
        "[]",
        "7",
        '{"version":0,"due":{},"rests":{}}',
        '{"version":1}',
        '{"version":1,"due":[],"rests":{}}',
        '{"version":1,"due":{"a":{"repository":"soon"}},"rests":{}}',
        '{"version":1,"due":{"a":{"repository":[1,null]}},"rests":{}}',
        '{"version":1,"due":{},"rests":{"host":{}}}',
        "[" * 100_000,
    ],
)
def test_a_malformed_cursor_is_none(cursor):
    assert checks_of_cursor(cursor) is None


def test_no_cursor_is_a_first_tick():
    assert checks_of_cursor(None) == checks_of_cursor("") == Checks()


def test_projects_that_left_and_hosts_that_rested_are_forgotten():
    checks = Checks()
    checks.put_off("etcd", "repository", 10)
    checks.put_off("gone", "repository", 10)
    checks.rest("a", 100)
    checks.rest("b", 300)
    checks.rest("b", 250)  # never shorter than what was asked for before
    checks.forget(["etcd"], now=200)
    assert set(checks.due) == {"etcd"}
    assert checks.rests == {"b": 300}


def test_a_cursor_of_300_projects_is_small():
    checks = Checks()
    for number in range(300):
        for kind in ("repository", "website", "stackoverflow"):
            checks.put_off(f"a-project-{number}", kind, 1_763_000_000, 2)
    assert len(checks.to_cursor()) < 40_000
    assert json.loads(checks.to_cursor())["version"] == 1
