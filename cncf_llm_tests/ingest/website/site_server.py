"""A web server on this machine whose every answer a test decides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cncf_llm.ingest.website.job import CrawlJob, CrawlLimits
from cncf_llm.ingest.website.process import run_crawl

HERE = "https://site.example"
QUICK = {"wait": 0.1, "seconds": 60}


@dataclass
class Answer:
    body: bytes | str = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def linking(*links: str, head: str = "") -> Answer:
    body = "".join(f'<a href="{link}">x</a>' for link in links)
    return Answer(f"<html><head>{head}</head><body>{body}</body></html>")


def moved(location: str) -> Answer:
    return Answer(status=302, headers={"Location": location})


Answers = dict[str, Answer | Callable[[BaseHTTPRequestHandler], Answer | None]]


@dataclass
class Server:
    """`answers` by path; a function answers by itself or returns an answer. `asked`: requests."""

    base: str
    answers: Answers
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def headers(self, path: str) -> dict[str, str]:
        return next(headers for asked, headers in self.asked if asked == path)


@contextmanager
def serve(answers: Answers) -> Iterator[Server]:
    server = Server("", answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers)))
            answer = server.answers.get(self.path) or server.answers.get("*")
            if callable(answer):
                answer = answer(self)
                if answer is None:
                    return
            send(self, answer or Answer("not here", status=404))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        running.block_on_close = False  # some answers never end
        threading.Thread(target=running.serve_forever, daemon=True).start()
        server.base = f"http://127.0.0.1:{running.server_port}"
        yield server
        running.shutdown()


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    handler.send_response(answer.status)
    headers = {"Content-Type": answer.media_type, "Content-Length": str(len(body))}
    for name, value in (headers | answer.headers).items():
        if value:
            handler.send_header(name, value)
    with suppress(ConnectionError):  # the crawler has read enough
        handler.end_headers()
        handler.wfile.write(body)


@dataclass(frozen=True)
class Crawled:
    """What a crawl found: pages by path to media type, reasons by path or foreign URL."""

    pages: dict[str, str]
    drops: dict[str, str]
    details: dict[str, str]
    lines: list[dict[str, Any]]
    contents: dict[str, bytes]


def crawl(
    server: Server, folder: Path, start: str = "/", known: Any = None, **limits: Any
) -> Crawled:
    job = CrawlJob(
        host="site.example",
        base=server.base,
        start_urls=(f"{HERE}{start}",),
        folder=str(folder),
        limits=CrawlLimits(**QUICK | limits),
        known=known or {},
    )
    lines = run_crawl(job)
    pages = {line["url"].removeprefix(HERE): line for line in lines if "file" in line}
    drops = {line["url"].removeprefix(HERE): line for line in lines if "reason" in line}
    return Crawled(
        {path: line["media_type"] for path, line in pages.items()},
        {path: line["reason"] for path, line in drops.items()},
        {path: line["detail"] for path, line in drops.items()},
        lines,
        {path: (folder / line["file"]).read_bytes() for path, line in pages.items()},
    )
