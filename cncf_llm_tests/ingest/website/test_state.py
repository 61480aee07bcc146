"""The state of a site, with a real server on this machine."""

import json
import time

import pytest

from cncf_llm.ingest import UnreadableSourceError
from cncf_llm.ingest.website.conditional import PageAsker
from cncf_llm.ingest.website.state import site_state
from cncf_llm_tests.ingest.website.site_server import HERE, Answer, moved, serve


class Page:
    """Answers like a server that knows conditional requests."""

    def __init__(self, body: str, etag: str | None = None, modified: str | None = None) -> None:
        self.body, self.etag, self.modified = body, etag, modified
        self.sent = 0

    def __call__(self, handler) -> Answer:
        headers = {"ETag": self.etag or "", "Last-Modified": self.modified or ""}
        for name, value in (("If-None-Match", self.etag), ("If-Modified-Since", self.modified)):
            if value and handler.headers.get(name) == value:
                return Answer(status=304, headers=headers)
        self.sent += 1
        return Answer(self.body, headers=headers)


def state(server, known=None, *urls, **more):
    return site_state(urls or (f"{HERE}/",), known=known, base=server.base, **more)


def reason(server, *urls, **more):
    with pytest.raises(UnreadableSourceError) as found:
        state(server, None, *urls, **more)
    return found.value


def test_an_unchanged_site_is_not_sent_again():
    home, sitemap = Page("home", '"v1"'), Page("<urlset/>", None, "Mon, 05 Jan 2026 10:00:00 GMT")
    with serve({"/": home, "/sitemap.xml": sitemap}) as server:
        first = state(server)
        assert state(server, first) == first
        assert (home.sent, sitemap.sent) == (1, 1)
        sitemap.body, sitemap.modified = "<urlset>new</urlset>", "Tue, 06 Jan 2026 10:00:00 GMT"
        second = state(server, first)
        assert second != first
        assert state(server, second) == second
        assert server.headers("/")["user-agent"].startswith("cncf-llm")


def test_the_same_content_under_another_etag_is_no_change():
    home = Page("home", '"node-1"')
    with serve({"/": home}) as server:
        first = state(server)
        home.etag = '"node-2"'
        assert state(server, first) == first
        home.body = "other"
        assert state(server, first) != first


def test_a_start_page_without_validators_says_nothing_but_a_sitemap_does():
    with serve({"/": Answer("at 10:00")}) as server:
        assert reason(server).reason == "no-validators"
        server.answers["/sitemap.xml"] = Answer("<urlset/>", "application/xml")
        first = state(server)
        assert list(json.loads(first)) == ["/sitemap.xml"]
        server.answers["/"] = Answer("at 10:05")
        assert state(server, first) == first
        server.answers["/sitemap.xml"] = Answer("<urlset>1</urlset>", "application/xml")
        assert state(server, first) != first


def test_a_state_of_a_mirror_is_known_no_more_at_the_server():
    with serve({"/": Page("home", '"v1"')}) as server:
        assert state(server, "0123456789012345") == state(server)


def test_troubles():
    with serve({}) as server:
        assert reason(server).reason == "http-404"
        for status in (429, 503):
            server.answers["/"] = Answer(status=status, headers={"Retry-After": "120"})
            assert (reason(server).reason, reason(server).wait) == ("rate-limited", 120.0)
        server.answers["/"] = moved("https://elsewhere.example/")
        assert reason(server).reason == "redirect-to-other-site"
        server.answers["/"] = moved("/")
        assert reason(server).reason == "redirect-loop"
        server.answers["/"] = moved("/en/")
        server.answers["/en/"] = Page("home", '"v1"')
        assert "v1" in state(server)
        server.answers["/"] = lambda handler: time.sleep(0.5) or Answer("late")
        assert reason(server, seconds=0.2).reason == "timed-out"
    assert reason(server).reason == "unreachable"


def test_an_endless_page_ends():
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b"x" * 100_000)
        except OSError:
            pass

    def slow(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    with serve({"/": endless}) as server:
        assert reason(server).reason == "no-validators"  # two megabytes of it are enough
        server.answers["/"] = slow
        began = time.monotonic()
        assert reason(server, seconds=0.4).reason == "timed-out"
        assert time.monotonic() - began < 3


def test_only_public_addresses_are_connected_to():
    asker = PageAsker("localhost", seconds=2)
    with pytest.raises(UnreadableSourceError, match="private-address"):
        asker.ask("https://localhost/")
    for url in (
        "http://localhost/",
        "https://localhost:8443/",
        "https://u:p@localhost/",
        "file:/x",
    ):
        with pytest.raises(UnreadableSourceError, match="redirect-to-other-site"):
            asker.ask(url)
