import gzip
import logging
import zlib

import pytest

from cncf_llm.ingest import UnreadableSourceError
from cncf_llm.ingest.stackexchange import api as module
from cncf_llm.ingest.stackexchange.api import Api
from cncf_llm_tests.ingest.stackexchange.local_api import (
    Site,
    reset,
    respond,
    says,
    serve,
    throttle,
)

KEY = "s3cret((key"
FINE = {"items": [], "has_more": False, "quota_remaining": 7}


@pytest.fixture
def site():
    with serve(Site()) as site:
        yield site


def ask(site, *troubles, key=None, times=1):
    """Ask with these troubles ahead; return the API, the last answer or error, and the waits."""
    site.troubles = list(troubles)
    waits: list[float] = []
    api = Api(site.url, key, waits.append)
    result = None
    for _ in range(times):
        try:
            result = api.ask("/questions", "/questions", {"page": 1, "tagged": "tool"})
        except UnreadableSourceError as error:
            result = error
    return api, result, [round(wait) for wait in waits]


def test_an_answer_and_its_quota(site):
    api, answer, waits = ask(site, says(FINE))
    assert answer == FINE
    assert (api.quota, api.requests, waits) == (7, 1, [])
    assert site.asked[0][1]["filter"] == "withbody"
    assert "key" not in site.asked[0][1]


@pytest.mark.parametrize(
    ("trouble", "wait"),
    [
        (throttle(9), 9),
        (throttle(), 1),
        (says({}, 429, Retry_After="11"), 11),
        (says({}, 429), 1),
        (says(b"<html>busy</html>", 503), 1),
        (says({}, 503, Retry_After="4"), 4),
        (says({}, 503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), 0),
        (says({}, 503, Retry_After="soon"), 1),
        (says({"error_id": 500, "error_message": "internal"}, 500), 1),
        (reset, 1),
        (says(gzip.compress(b"{}" * 100, mtime=0)[:-9], Content_Encoding="gzip"), 1),
        (says(b"not gzip", Content_Encoding="gzip"), 1),
    ],
)
def test_passing_trouble_is_waited_for(site, trouble, wait):
    api, answer, waits = ask(site, trouble, says(FINE))
    assert answer == FINE
    assert waits == [wait]
    assert api.requests == 2


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [(reset, "unreachable"), (says({}, 503), "unreachable"), (says({}, 429), "throttled")],
)
def test_lasting_trouble_is_given_up_with_growing_waits(site, trouble, reason):
    _, error, waits = ask(site, *[trouble] * 4)
    assert error.reason == reason
    assert waits == [1, 2, 4]


@pytest.mark.parametrize(
    "trouble",
    [throttle(40_000), says({}, 429, Retry_After="86400"), says({}, 429, Retry_After="9" * 50)],
)
def test_a_throttle_of_hours_is_not_waited_for_and_nothing_more_is_asked(site, trouble):
    _, error, waits = ask(site, trouble, times=3)
    assert error.reason == "throttled"
    assert waits == []
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (says(b'{"items": ['), "malformed-answer"),
        (says(b"[" * 100_000), "malformed-answer"),
        (says([1]), "malformed-answer"),
        (says({"items": {}}), "malformed-answer"),
        (says(FINE, Content_Encoding="gzip, gzip"), "malformed-answer"),
        (says({"error_id": 400, "error_message": "bad parameter"}, 400), "refused-request"),
        (says({}, 302, Location="http://127.0.0.1:1/"), "refused-request"),
        (says(b"x" * (module.MAX_BYTES + 1)), "too-large"),
    ],
)
def test_what_will_not_get_better_is_not_tried_again(site, trouble, reason):
    _, error, waits = ask(site, trouble)
    assert error.reason == reason
    assert waits == []
    assert len(site.asked) == 1


def test_a_gzip_bomb_is_not_unpacked(site):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(10)) + packer.flush()
    assert len(bomb) < 200_000
    _, error, _ = ask(site, says(bomb, Content_Encoding="gzip"))
    assert error.reason == "too-large"


def test_an_answer_that_never_ends_is_cut_off(site, monkeypatch):
    monkeypatch.setattr(module, "_DEADLINE", 0.0)
    _, error, _ = ask(site, *[says(FINE)] * 4)
    assert error.reason == "unreachable"
    assert "took longer" in error.detail


def test_backoff_holds_for_its_method_alone(site):
    site.troubles = [says(FINE | {"backoff": 12}), says(FINE), says(FINE)]
    waits: list[float] = []
    api = Api(site.url, sleep=waits.append)
    for method in ("/questions", "/answers", "/questions"):
        api.ask(method, "/questions", {"page": 1})
    assert [round(wait) for wait in waits] == [12]


def test_waits_are_bounded_over_all_requests(site):
    patient = says(FINE | {"backoff": 140})
    _, error, waits = ask(site, patient, patient, patient, patient, times=5)
    assert error.reason == "throttled"
    assert waits == [140, 140]
    assert len(site.asked) == 3


def test_nothing_is_asked_beyond_quota_and_request_limit(site, monkeypatch):
    _, error, _ = ask(site, says(FINE | {"quota_remaining": 0}), times=2)
    assert error.reason == "quota-exhausted"
    assert len(site.asked) == 1
    monkeypatch.setattr(module, "MAX_REQUESTS", 2)
    _, error, _ = ask(site, says(FINE), says(FINE), times=3)
    assert error.reason == "request-limit"


def test_nobody_at_home():
    waits: list[float] = []
    with pytest.raises(UnreadableSourceError, match="unreachable"):
        Api("http://127.0.0.1:9", sleep=waits.append).ask("/q", "/q", {})
    assert waits == [1.0, 2.0, 4.0]


def test_the_key_is_sent_and_told_to_nobody_else(site, caplog):
    def echo(handler):
        message = f"key {KEY} is unknown, see {handler.path}"
        respond(handler, {"error_id": 400, "error_message": message}, 400)

    caplog.set_level(logging.DEBUG)
    api, error, _ = ask(site, echo, key=KEY)
    assert site.asked[0][1]["key"] == KEY
    _, other, _ = ask(site, *[reset] * 4, key=KEY)
    for text in (error.detail, str(error), repr(error), other.detail, caplog.text, repr(api)):
        assert "s3cret" not in text
    assert "GET http://127.0.0.1" in caplog.text
    assert "tagged" not in caplog.text
