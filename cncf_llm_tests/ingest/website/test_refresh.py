"""A site that is crawled a second time."""

import time

import psutil
import pytest

from cncf_llm.ingest.tables import DOCUMENTS
from cncf_llm.ingest.website.job import CrawlLimits
from cncf_llm.ingest.website.rows import SitePages
from cncf_llm.ingest.website.sites import crawl_site
from cncf_llm_tests.ingest.website.site_server import HERE, Answer, Server, linking, moved, serve

QUICK = CrawlLimits(wait=0.05, seconds=60, page_seconds=1)
DATE = "Mon, 01 Jan 2024 00:00:00 GMT"


def tagged(tag: str, answer: Answer):
    """Return an answer that is sent only to who does not have it."""

    def respond(handler) -> Answer:
        if handler.headers.get("If-None-Match") == tag:
            return Answer(status=304, headers={"ETag": tag, "Content-Encoding": "gzip"})
        return Answer(answer.body, answer.media_type, headers={"ETag": tag})

    return respond


def dated(answer: Answer):
    def respond(handler) -> Answer:
        if handler.headers.get("If-Modified-Since") == DATE:
            return Answer(status=304)
        return Answer(answer.body, answer.media_type, headers={"Last-Modified": DATE})

    return respond


def first_answers():
    return {
        "/start": moved("/"),
        "/sitemap.xml": Answer(f"{HERE}/unlinked", "text/plain"),
        "/unlinked": Answer("unlinked"),
        "/": tagged('"one"', linking("/dated", "/changing", "/failing", "/gone", "/moving")),
        "/dated": dated(linking("/behind")),
        "/behind": Answer("behind", headers={"ETag": 'W/"b"'}),
        "/changing": tagged('"two"', Answer("before")),
        "/failing": linking("/behind-failing"),
        "/behind-failing": Answer("found by the links of a page that fails"),
        "/gone": Answer("soon gone"),
        "/moving": tagged('"m"', Answer("moving")),
        "/new": Answer("new"),
    }


def crawl(server: Server, before: SitePages | None = None, **limits) -> SitePages:
    table = DOCUMENTS.frame(before.rows if before else [])
    return crawl_site(
        "tool",
        (f"{HERE}/start",),
        server.base,
        table,
        before.validators if before else {},
        CrawlLimits(**QUICK.__dict__ | limits),
    )


def contents(pages: SitePages) -> dict[str, bytes]:
    return {row["path"]: row["content"] for row in pages.rows}


def reasons(pages: SitePages) -> dict[str, str]:
    return {item.removeprefix(HERE): reason for item, reason, _ in pages.drops}


@pytest.fixture(scope="module")
def first() -> SitePages:
    with serve(first_answers()) as server:
        pages = crawl(server)
        assert not any("If-None-Match" in headers for _, headers in server.asked)
    return pages


def test_a_refresh_downloads_what_changed(first):
    with serve(first_answers()) as server:
        assert first.validators["site.example/"] == ['"one"', None]
        assert first.validators["site.example/dated"] == [None, DATE]
        same = crawl(server, first)
        assert (same.rows, same.validators) == (first.rows, first.validators)
        assert same.not_modified == 4
        assert server.headers("/")["If-None-Match"] == '"one"'
        assert server.headers("/dated")["If-Modified-Since"] == DATE
        assert "If-None-Match" not in server.headers("/robots.txt")

        server.asked.clear()
        server.answers |= {
            "/changing": tagged('"three"', Answer("after")),
            "/failing": Answer(status=503),
            "/gone": Answer(status=410),
            "/moving": moved("/new"),
            "/behind": moved("/down"),
            "/down": Answer(status=503),
        }
        second = crawl(server, first)
    expected = contents(first) | {"/changing": b"after", "/new": b"new"}
    del expected["/gone"], expected["/moving"]
    assert contents(second) == expected
    assert reasons(second) == {
        "/behind": "http-503",
        "/failing": "http-503",
        "/gone": "http-410",
    }
    assert second.validators["site.example/changing"] == ['"three"', None]
    assert "If-None-Match" not in server.headers("/new")  # those of /moving are not its own


def test_a_slow_day_loses_nothing(first):
    def slow(handler) -> Answer:
        time.sleep(2.5)
        return first_answers()["/dated"](handler)

    with serve(first_answers() | {"/dated": slow}) as server:
        second = crawl(server, first, seconds=2, page_seconds=9)
    assert contents(second) == contents(first)
    assert reasons(second) == {"/start": "time-limit"}


def test_a_killed_crawl_keeps_what_it_read(first):
    def kill(_) -> None:
        for child in psutil.Process().children():
            if "cncf_llm.ingest.website.crawl" in child.cmdline():
                child.kill()

    answers = {"/": linking("/changing", "/gone"), "/changing": Answer("after"), "/gone": kill}
    with serve(first_answers() | answers) as server:
        second = crawl(server, first)
    after = {"/": second.rows[0]["content"], "/changing": b"after"}
    assert contents(second) == contents(first) | after
    assert reasons(second) == {"/start": "crawl-failed"}


@pytest.mark.slow
def test_a_page_that_keeps_the_crawl_busy_without_end_does_not():
    attributes = "".join(f"a{number}=1 " for number in range(800_000))
    answers = {"/start": linking("/busy"), "/busy": Answer(f"<a {attributes}>")}
    with serve(answers) as server:
        pages = crawl(server, stalled=5, page_seconds=30)
    assert set(contents(pages)) == {"/start"}
    assert reasons(pages) == {"/start": "crawl-stalled"}


def test_a_sitemap_that_fails_loses_nothing(first):
    with serve(first_answers() | {"/sitemap.xml": Answer(status=503)}) as server:
        second = crawl(server, first)
    assert contents(second) == contents(first)
    assert reasons(second) == {"/sitemap.xml": "unreadable-sitemap"}


def test_a_start_page_that_fails_loses_nothing(first):
    with serve(first_answers() | {"/start": Answer(status=502)}) as server:
        second = crawl(server, first)
    assert contents(second) == contents(first)
    assert reasons(second) == {"/start": "http-502"}
    assert second.validators == first.validators
