from datetime import UTC, datetime

import pytest
from scrapy.http import Response

from cncf_llm.ingest.website.middleware import seconds_asked_for, validator

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("9" * 400, 999_999_999),
        ("Mon, 01 Jan 2024 00:01:00 GMT", 60),
        ("Sun, 31 Dec 2023 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2024 00:01:00", None),  # of which time zone?
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_seconds_asked_for(said, seconds):
    headers = {"Retry-After": said} if said else {}
    assert seconds_asked_for(Response("https://x.example/", headers=headers), NOW) == seconds


def test_validator():
    response = Response("https://x.example/", headers={"ETag": '"a"', "Last-Modified": "x" * 999})
    assert validator(response, "ETag") == '"a"'
    assert validator(response, "Last-Modified") is None
    assert validator(response, "Missing") is None
