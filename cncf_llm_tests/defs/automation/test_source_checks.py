"""Many checks at once, against a local Stack Exchange API."""

import time

import pytest

from cncf_llm.defs.automation import source_checks
from cncf_llm.defs.automation.source_checks import Check, StackOverflow, check_all
from cncf_llm.ingest import STACKOVERFLOW, Source
from cncf_llm_tests.ingest.stackexchange.local_api import Site, post, question, serve, throttle


@pytest.fixture
def site():
    with serve(Site()) as site:
        site.add(question(1, [post(2)], last_activity_date=1_700_000_100))
        yield site


def ask(site, client, tags):
    checks = [Check(tag, Source(STACKOVERFLOW, tag, "api"), None) for tag in tags]
    return check_all(
        checks,
        mirror=None,
        offline=False,
        stackoverflow=client,
        started=time.monotonic(),
        unexpected=lambda check, error: pytest.fail(f"{check} {error!r}"),
    )


def test_one_request_a_tag(site):
    client = StackOverflow(None, site.url)
    found = ask(site, client, ["tool", "other"])
    assert {check.project: state for check, state in found.states.items()} == {
        "tool": "1700000100",
        "other": "0",
    }
    assert len(site.asked) == 2
    assert client.close() == 0


def test_a_throttled_api_is_left_alone_at_once(site, monkeypatch):
    monkeypatch.setattr(source_checks, "THREADS", 1)
    site.troubles.append(throttle(500))
    client = StackOverflow(None, site.url)
    found = ask(site, client, ["tool", "other", "third"])
    assert len(site.asked) == 1
    (problem,) = found.problems.values()
    assert (problem.reason, problem.wait) == ("throttled", 500)
    assert not found.states


def test_the_readings_keep_their_share_of_the_quota(site):
    site.quota = source_checks.QUOTA_LEFT
    client = StackOverflow(None, site.url)
    ask(site, client, ["tool"])
    assert client.close() == source_checks.QUOTA_REST


def test_the_pace_of_a_host_holds_over_all_threads(site, monkeypatch):
    monkeypatch.setattr(source_checks, "PER_SECOND", 20.0)
    client = StackOverflow(None, site.url)
    began = time.monotonic()
    assert len(ask(site, client, [f"tag-{n}" for n in range(9)]).states) == 9
    assert time.monotonic() - began >= 8 / 20
