"""Crawls of a server on this machine that misbehaves in every way a site can."""

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cncf_llm.ingest.crawl_job import CrawlJob, CrawlLimits
from cncf_llm.ingest.crawl_process import run_crawl
from cncf_llm.ingest.errors import UnreadableSourceError

LINKS = (
    "/page.html#part",
    "page.html",
    "https://site.example/absolute.html",
    "https://www.site.example/www.html",
    "https://elsewhere.example/",
    "mailto:somebody@site.example",
    "http://[broken",
    "https://site.example:99999/",
    "/paper.pdf",
    "/paper-as-page",
    "/secret/page.html",
    "/missing.html",
    "/binary.html",
    "/data.csv",
    "/empty.html",
    "/big.html",
    "/bomb.html",
    "/to-page",
    "/to-other-host",
    "/to-private",
    "/to-file",
    "/loop",
    "/reset.html",
    "/short.html",
)


class Site(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self):
        self.asked.append(self.path)
        answers: dict[str, Callable[[], None]] = {
            "/robots.txt": lambda: self.answer(b"User-agent: *\nDisallow: /secret/\n"),
            "/": lambda: self.page("".join(f'<a href="{link}">x</a>' for link in LINKS)),
            "/page.html": lambda: self.page("page"),
            "/absolute.html": lambda: self.page("absolute"),
            "/www.html": lambda: self.page("www"),
            "/secret/page.html": lambda: self.page("secret"),
            "/paper.pdf": lambda: self.answer(b"%PDF-1.4 x", "application/pdf"),
            "/paper-as-page": lambda: self.answer(b"%PDF-1.4 y", "application/octet-stream"),
            "/binary.html": lambda: self.answer(b"\x00\x01" * 500),
            "/data.csv": lambda: self.answer(b"a,b", "text/csv"),
            "/empty.html": lambda: self.answer(b" \n", "text/html"),
            "/big.html": lambda: self.page("x" * 60_000),
            "/bomb.html": lambda: self.answer(
                gzip.compress(b"x" * 5_000_000), "text/html", **{"Content-Encoding": "gzip"}
            ),
            "/to-page": lambda: self.moved("/page.html"),
            "/to-other-host": lambda: self.moved("https://elsewhere.example/"),
            "/to-private": lambda: self.moved("http://169.254.169.254/latest/meta-data"),
            "/to-file": lambda: self.moved("file:///etc/passwd"),
            "/loop": lambda: self.moved("/loop"),
            "/reset.html": lambda: self.connection.close(),
            "/short.html": lambda: self.answer(b"<p>cut</p>", **{"Content-Length": "500"}),
        }
        if self.path.startswith("/calendar/"):
            day = int(self.path.rsplit("/", 1)[1])
            self.page(f'<a href="/calendar/{day + 1}">next</a>')
        elif self.path in answers:
            answers[self.path]()
        else:
            self.send_error(404)

    def page(self, body: str) -> None:
        self.answer(f"<html><body>{body}</body></html>".encode(), "text/html; charset=utf-8")

    def answer(self, body: bytes, media_type: str = "text/html", **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def moved(self, location: str) -> None:
        self.send_response(302)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    Site.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def crawl(server: str, folder: Path, start: str = "/", **limits) -> list[dict[str, str]]:
    job = CrawlJob(
        host="site.example",
        base=server,
        start_urls=(f"https://site.example{start}",),
        folder=str(folder),
        limits=CrawlLimits(**limits),
    )
    return run_crawl(job)


def test_pages_and_drops(server, tmp_path):
    lines = crawl(server, tmp_path, page_bytes=50_000, seconds=60)
    pages = {line["url"]: line["media_type"] for line in lines if "file" in line}
    drops = {line["url"]: line["reason"] for line in lines if "reason" in line}
    here = "https://site.example"
    assert pages == {
        f"{here}/": "text/html",
        f"{here}/absolute.html": "text/html",
        f"{here}/page.html": "text/html",
        f"{here}/paper-as-page": "application/pdf",
        f"{here}/paper.pdf": "application/pdf",
        f"{here}/www.html": "text/html",
    }
    assert drops == {
        f"{here}/big.html": "too-large",
        f"{here}/binary.html": "not-html",
        f"{here}/bomb.html": "too-large",
        f"{here}/data.csv": "unsupported-media-type",
        f"{here}/empty.html": "empty-page",
        f"{here}/loop": "redirect-loop",
        f"{here}/missing.html": "http-404",
        f"{here}/reset.html": "download-failed",
        f"{here}/secret/page.html": "disallowed-by-robots",
        f"{here}/short.html": "download-failed",
        f"{here}/to-file": "http-302",
        "https://elsewhere.example/": "redirect-to-other-site",
        "http://169.254.169.254/latest/meta-data": "redirect-to-other-site",
    }
    assert "/secret/page.html" not in Site.asked
    files = {line["url"]: tmp_path / line["file"] for line in lines if "file" in line}
    assert files[f"{here}/paper.pdf"].read_bytes() == b"%PDF-1.4 x"


def test_an_endless_calendar_ends_at_the_page_limit(server, tmp_path):
    lines = crawl(server, tmp_path, "/calendar/1", pages=5, depth=100)
    assert sum("file" in line for line in lines) == 5
    assert [line["reason"] for line in lines if "reason" in line] == ["page-limit"]


@pytest.mark.slow
def test_an_endless_calendar_ends_at_the_depth_limit(server, tmp_path):
    lines = crawl(server, tmp_path, "/calendar/1", depth=3)
    assert sum("file" in line for line in lines) == 4
    assert [line["reason"] for line in lines if "reason" in line] == ["depth-limit"]


@pytest.mark.slow
def test_the_sum_of_bytes_is_limited(server, tmp_path):
    lines = crawl(server, tmp_path, "/calendar/1", total_bytes=100)
    assert [line["reason"] for line in lines if "reason" in line] == ["byte-limit"]


def test_a_crawling_process_that_fails_is_an_error_with_what_it_said(tmp_path):
    with pytest.raises(UnreadableSourceError) as caught:
        crawl("not a url", tmp_path)
    assert caught.value.reason == "crawl-failed"


@pytest.mark.slow
def test_a_site_that_does_not_answer_is_an_error(tmp_path):
    with pytest.raises(UnreadableSourceError) as caught:
        crawl("http://127.0.0.1:9", tmp_path)
    assert caught.value.reason == "crawl-failed"
