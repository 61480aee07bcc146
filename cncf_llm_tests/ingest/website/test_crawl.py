"""One crawl of a server that misbehaves in every way a site can, and a few of what ends a crawl."""

import gzip
import resource
import time
import zlib
from contextlib import suppress

import brotli
import pytest

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.website.job import CrawlJob, CrawlLimits
from cncf_llm.ingest.website.process import run_crawl
from cncf_llm_tests.ingest.website.site_server import (
    HERE,
    Answer,
    Crawled,
    Server,
    crawl,
    linking,
    moved,
    serve,
)

PAGES = {
    "/page.html": Answer("page"),
    "/absolute.html": Answer("absolute"),
    "/www.html": Answer("www"),
    "/paper.pdf": Answer(b"%PDF-1.4 x", "application/pdf"),
    "/paper-as-page": Answer(b"%PDF-1.4 y", "application/octet-stream"),
    "/guide.md": Answer("# Guide", "text/plain"),
    "/guide": Answer("# Guide", "text/x-markdown; charset=utf-8"),
    "/docs/notes.txt": Answer("notes", "text/plain"),
    "/tracked.html": Answer("tracked", headers={"Set-Cookie": "session=1"}),
    "/session.html": Answer("session"),
    "/wide.html": Answer("wide".encode("utf-16")),
    "/deep.html": Answer("<div>" * 20_000 + '<a href="/from-the-deep.html">x</a>'),
    "/from-the-deep.html": Answer("deep"),
    "/nofollow.html": linking("/behind-nofollow", head='<meta name="robots" content="nofollow">'),
}
BOMB = b"x" * 5_000_000
DROPS = {
    "/data.csv": (Answer("a,b", "text/csv"), "unsupported-media-type"),
    "/notes.txt": (Answer("notes", "text/plain"), "unsupported-media-type"),
    "/binary.html": (Answer(b"\x00\x01" * 500), "not-html"),
    "/binary.md": (Answer(b"\x00\x01" * 500, "text/markdown"), "not-text"),
    "/empty.html": (Answer(" \n"), "empty-page"),
    "/noindex.html": (
        linking("/behind-noindex", head='<meta name="Robots" content="NOINDEX, follow">'),
        "noindex",
    ),
    "/noindex-header.html": (Answer("x", headers={"X-Robots-Tag": "noindex"}), "noindex"),
    "/big.html": (Answer("x" * 600_000), "too-large"),
    "/big-chunked.html": (Answer("x" * 600_000, headers={"Content-Length": ""}), "too-large"),
    "/gzip-bomb.html": (
        Answer(gzip.compress(BOMB), headers={"Content-Encoding": "gzip"}),
        "too-large",
    ),
    "/deflate-bomb.html": (
        Answer(zlib.compress(BOMB), headers={"Content-Encoding": "deflate"}),
        "too-large",
    ),
    "/brotli-bomb.html": (
        Answer(brotli.compress(BOMB), headers={"Content-Encoding": "br"}),
        "too-large",
    ),
    "/twice-packed.html": (
        Answer(gzip.compress(gzip.compress(BOMB)), headers={"Content-Encoding": "gzip, gzip"}),
        "too-large",
    ),
    "/packed.html": (Answer("x", headers={"Content-Encoding": "compress"}), "unsupported-encoding"),
    "/no-gzip.html": (Answer("plain", headers={"Content-Encoding": "gzip"}), "download-failed"),
    "/to-other-host": (moved("https://elsewhere.example/"), "redirect-to-other-site"),
    "/to-metadata": (moved("http://169.254.169.254/latest/meta-data"), "redirect-to-other-site"),
    "/to-loopback": (moved("http://localhost:22/"), "redirect-to-other-site"),
    "/to-file": (moved("file:///etc/passwd"), "redirect-to-other-site"),
    "/to-script": (moved("javascript:alert(1)"), "redirect-to-other-site"),
    "/to-long": (moved("/" + "long/" * 1_000), "url-too-long"),
    "/to-nothing": (moved("http://[broken"), "redirect-to-other-site"),
    "/loop": (moved("/loop"), "redirect-loop"),
    "/loop-a": (moved("/loop-b"), "redirect-loop"),
    "/loop-b": (moved("/loop-a"), "redirect-loop"),
    "/moved-nowhere": (Answer(status=301), "http-301"),
    "/gone.html": (Answer(status=410), "http-410"),
    "/missing.html": (Answer(status=404), "http-404"),
    "/unasked-304.html": (Answer(status=304), "http-304"),
    "/busy.html": (Answer(status=429), "http-429"),
    "/down.html": (Answer(status=503, headers={"Retry-After": "0"}), "http-503"),
    "/short.html": (Answer("cut", headers={"Content-Length": "500"}), "download-failed"),
    "/reset.html": (lambda handler: handler.connection.close(), "download-failed"),
    "/garbage.html": (lambda handler: handler.wfile.write(b"\xff" * 100), "download-failed"),
    "/headers.html": (
        lambda handler: drip(handler, b"X-More: " + b"x" * 500 + b"\r\n"),
        "download-failed",
    ),
    "/never.html": (lambda handler: drip(handler), "download-failed"),
}
OTHERS = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /secret/\n", "text/plain"),
    "/secret/page.html": Answer("secret"),
    "/to-page": moved("/page.html"),
    "/behind-noindex": Answer("behind noindex"),
}
LINKS = (
    *(path for path in PAGES if path not in ("/tracked.html", "/session.html")),
    *DROPS,
    "/page.html#part",
    "page.html",
    "/index.html",
    "/tracked.html?utm_source=a&utm_medium=b",
    "/tracked.html?utm_source=c",
    "/session.html;jsessionid=1234",
    "/session.html?PHPSESSID=abc",
    "https://site.example/absolute.html",
    "https://www.site.example/www.html",
    "https://elsewhere.example/",
    "mailto:somebody@site.example",
    "file:///etc/passwd",
    "data:text/html,x",
    "http://[broken",
    "https://site.example:99999/",
    "https://somebody@site.example/",
    "/image.png",
    "/to-page",
    "/secret/page.html",
    "/" + "long/" * 1_000,
)


def drip(handler, what: bytes = b"\r\n<p>more</p>") -> None:
    """Send a page, or headers, that never end."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n")
    with suppress(ConnectionError):
        for _ in range(200):
            handler.wfile.write(what)
            handler.wfile.flush()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> tuple[Server, Crawled]:
    answers = {"/": linking(*LINKS), **PAGES, **OTHERS}
    answers |= {path: answer for path, (answer, _) in DROPS.items()}
    with serve(answers) as server:
        folder = tmp_path_factory.mktemp("crawl")
        limits = {"page_bytes": 500_000, "page_seconds": 1.0, "wait": 0.05}
        return server, crawl(server, folder, **limits)


def test_pages_of_a_hostile_site(hostile):
    server, crawled = hostile
    assert set(crawled.pages) == {"/", "/behind-noindex", *PAGES}
    kinds = {path: kind for path, kind in crawled.pages.items() if kind != "text/html"}
    assert kinds == {
        "/docs/notes.txt": "text/plain",
        "/guide": "text/markdown",
        "/guide.md": "text/markdown",
        "/paper-as-page": "application/pdf",
        "/paper.pdf": "application/pdf",
    }
    assert crawled.contents["/paper.pdf"] == b"%PDF-1.4 x"
    asked = server.paths()
    for path in ("/secret/page.html", "/index.html", "/image.png", "/behind-nofollow"):
        assert path not in asked
    assert asked.count("/page.html") == 2  # once more because of the redirect
    assert [path for path in asked if path.startswith(("/tracked", "/session"))] == [
        "/tracked.html",
        "/session.html",
    ]
    assert not any("Cookie" in headers for _, headers in server.asked)


def test_reasons_of_a_hostile_site(hostile):
    _, crawled = hostile
    long = f"/{'long/' * 1_000}"[: 500 - len(HERE)]
    assert crawled.drops == {
        **{path: reason for path, (_, reason) in DROPS.items()},
        "/secret/page.html": "disallowed-by-robots",
        long: "url-too-long",
    }
    assert "169.254.169.254" in crawled.details["/to-metadata"]
    assert not any(line.get("cut_short") for line in crawled.lines)


def test_how_often_a_failing_page_is_asked_for(hostile):
    server, _ = hostile
    asked = server.paths()
    assert {path: asked.count(path) for path in ("/busy.html", "/down.html", "/reset.html")} == {
        "/busy.html": 3,
        "/down.html": 3,
        "/reset.html": 3,
    }
    assert asked.count("/never.html") == 1


def day(handler) -> Answer:
    """A calendar: each page leads to the next days, and to itself with one more filter."""
    path, _, query = handler.path.partition("?")
    number = int(path.rsplit("/", 1)[1])
    return linking(f"/day/{number + 1}", f"/day/{number + 2}", f"{path}?{query}&filter={number}")


def test_endless_calendars_and_ever_longer_queries_end(tmp_path):
    answers = {
        "/": linking("/day/1", "/a/b/"),
        "/a/b/": linking("a/b/", "b/a/"),
        "*": lambda handler: (
            day(handler) if handler.path.startswith("/day/") else linking("a/b/", "b/a/")
        ),
        "/robots.txt": Answer(status=404),
        "/sitemap.xml": Answer(status=404),
    }
    with serve(answers) as server:
        crawled = crawl(server, tmp_path, alike=5, depth=40)
    reasons = sorted(zip(crawled.drops.values(), crawled.details.values(), strict=True))
    assert reasons == [
        ("too-many-alike", "5 addresses like /a/b"),
        ("too-many-alike", "5 addresses like /day/0"),
        ("too-many-alike", "5 addresses like /day/0?"),
    ]
    assert len(crawled.pages) == 1 + 5 + 5 + 5


@pytest.mark.parametrize(
    ("limits", "pages", "reason"),
    [
        ({"pages": 5, "depth": 100}, 5, "page-limit"),
        ({"depth": 3, "total_bytes": 500}, 4, "depth-limit"),
        pytest.param({"total_bytes": 200}, 2, "byte-limit", marks=pytest.mark.slow),
    ],
)
def test_limits_cut_a_crawl_short(tmp_path, limits, pages, reason):
    answers = {
        f"/{'x' * number}": linking(f"/{'x' * (number + 1)}", head="<b>" * 3) for number in range(9)
    }
    with serve(answers) as server:
        crawled = crawl(server, tmp_path, **limits)
    assert len(crawled.pages) == pages
    cuts = [line["reason"] for line in crawled.lines if line.get("cut_short")]
    assert cuts == [reason]


def test_a_site_that_asks_to_wait_for_long_is_left_alone(tmp_path):
    later = Answer(status=429, headers={"Retry-After": "3600"})
    others = [f"/{'x' * number}" for number in range(1, 20)]
    answers = {"/": linking("/later", *others), "/later": later, "*": Answer("other")}
    with serve(answers) as server:
        crawled = crawl(server, tmp_path, wait=2)
    assert crawled.drops == {"/later": "http-429", "/": "asked-to-wait"}
    assert server.paths().count("/later") == 1
    assert len(server.asked) < 10


def test_retry_after_is_waited_for_and_no_secrets_are_handed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    seen = tmp_path / "seen.txt"
    spy = f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ)))"
    (tmp_path / "sitecustomize.py").write_text(spy)
    asked = []

    def once_busy(_) -> Answer:
        asked.append(time.monotonic())
        busy = Answer(status=503, headers={"Retry-After": "1"})
        return busy if len(asked) == 1 else Answer("here")

    with serve({"/": once_busy}) as server:
        crawled = crawl(server, tmp_path, wait=5)
    assert set(crawled.pages) == {"/"}
    assert asked[1] - asked[0] >= 1
    assert "PYTHONPATH" in seen.read_text()
    assert "secret" not in seen.read_text()


def test_a_site_of_which_nothing_works_is_given_up(tmp_path):
    names = [chr(ord("a") + number) for number in range(26)]
    answers = {"/": linking(*(f"/{name}" for name in names)), "/robots.txt": Answer()}
    with serve(answers | {"*": Answer(status=500)}) as server:
        crawled = crawl(server, tmp_path, wait=0.01)
    assert crawled.drops["/"] == "site-failing"
    assert sum(reason == "http-500" for reason in crawled.drops.values()) < 15


def test_the_time_limit_keeps_what_there_is(tmp_path):
    def slow(handler) -> Answer:
        time.sleep(0.3)
        return linking(f"{handler.path}x")

    said: list[str] = []
    with serve({"/": linking("/x"), "/robots.txt": Answer(), "*": slow}) as server:
        job = CrawlJob(
            "site.example",
            server.base,
            (f"{HERE}/",),
            str(tmp_path),
            CrawlLimits(seconds=1, depth=100),
        )
        lines = run_crawl(job, said.append)
    assert sum("file" in line for line in lines) >= 2
    assert [line["reason"] for line in lines if "reason" in line] == ["time-limit"]
    assert said[-1].startswith("site.example: ")
    assert "pages" in said[-1]
    assert "addresses waiting" in said[-1]


def test_a_site_that_does_not_answer_is_an_error(tmp_path):
    limits = CrawlLimits(wait=0.01)
    job = CrawlJob("site.example", "http://127.0.0.1:9", (f"{HERE}/",), str(tmp_path), limits)
    with pytest.raises(UnreadableSourceError, match="download-failed") as caught:
        run_crawl(job)
    assert caught.value.reason == "crawl-failed"


def test_the_memory_limit_does_not_count_what_another_process_took():
    from cncf_llm.ingest.website.memory import OwnMemory

    taken = bytearray(b"x") * 200_000_000
    before = OwnMemory.get_virtual_size(object.__new__(OwnMemory))
    del taken
    after = OwnMemory.get_virtual_size(object.__new__(OwnMemory))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert after < before - 100_000_000 < peak
