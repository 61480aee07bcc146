"""When there is something new about a tag, with a local server."""

import pytest

from cncf_llm.ingest import UnreadableSourceError, read_stackoverflow
from cncf_llm.ingest.stackexchange.api import Api
from cncf_llm.ingest.stackexchange.state import METHOD, tag_state
from cncf_llm_tests.ingest.stackexchange.local_api import (
    Site,
    post,
    question,
    says,
    serve,
    throttle,
)


@pytest.fixture
def site():
    with serve(Site()) as site:
        yield site


def api(site):
    return Api(site.url, patience=0.0)


def read(site, before=None):
    facts = before.facts if before else {}
    return read_stackoverflow(
        "tool",
        ["tool"],
        mirror=None,
        crawl=True,
        base_url=site.url,
        previous=before.documents if before else None,
        cursors=facts.get("cursors"),
    )


def test_one_request_tells_what_is_new_and_a_reading_makes_it_known(site):
    site.add(question(1, [post(2)], last_activity_date=1_700_000_100))
    reading = read(site)
    known = reading.facts["seen"]["tool"]
    before = len(site.asked)
    assert tag_state(api(site), "tool", known) == known
    assert len(site.asked) == before + 1
    site.add(question(3, [post(4)], last_activity_date=1_700_000_900))
    assert tag_state(api(site), "tool", known) == "1700000900"
    reading = read(site, reading)
    assert reading.facts["seen"] == {"tool": "1700000900"}
    site.questions.pop()  # a question that was deleted is no news
    assert tag_state(api(site), "tool", "1700000900") == "1700000900"
    assert tag_state(api(site), "nothing", None) == "0"


def test_a_reading_that_was_cut_short_leaves_the_tag_to_be_read_again(site):
    site.add(question(1, [post(2)]))
    site.quota = 1
    reading = read(site)
    assert reading.facts["seen"] == {}


def test_a_throttled_check_waits_for_nothing_and_says_how_long(site):
    site.troubles.append(throttle(77))
    one = api(site)
    for _ in range(2):  # nothing more is asked after that
        with pytest.raises(UnreadableSourceError, match="throttled") as found:
            tag_state(one, "tool")
        assert found.value.wait == 77
    assert len(site.asked) == 1


def test_backoff_is_known_after_the_last_answer_and_holds_for_the_next_tag(site):
    site.add(question(1, [post(2)]))
    site.extra.append({"backoff": 30})
    one = api(site)
    tag_state(one, "tool")
    assert 29 < one.must_wait(METHOD) <= 30
    with pytest.raises(UnreadableSourceError, match="throttled") as found:
        tag_state(one, "other")
    assert 29 < found.value.wait <= 30
    assert len(site.asked) == 1


def test_what_is_no_tag_and_what_is_no_answer(site):
    with pytest.raises(UnreadableSourceError, match="refused-tag"):
        tag_state(api(site), "../x")
    site.troubles.append(says({"items": [{"last_activity_date": "soon"}]}))
    with pytest.raises(UnreadableSourceError, match="malformed-answer"):
        tag_state(api(site), "tool")
    assert len(site.asked) == 1
