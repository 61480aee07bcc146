"""Servers that answer the landscape's URL with anything but the landscape."""

import gzip
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cncf_llm.landscape import LandscapeMalformedError, LandscapeUnreadableError, read_landscape
from cncf_llm.landscape.source import read_source, shown

MOVED = {
    "/to-private": "https://10.0.0.1/landscape.yml",
    "/to-link-local": "https://169.254.169.254/latest/meta-data",
    "/to-loopback": "https://[::1]/landscape.yml",
    "/to-http": "http://192.0.2.1/landscape.yml",
    "/to-file": "file:///etc/passwd",
    "/to-data": "data:text/plain,landscape",
    "/to-nonsense": "https://[/",
    "/loop": "/loop",
}


class Hostile(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        try:
            if path in MOVED:
                self.answer(302, b"", Location=MOVED[path])
            else:
                getattr(self, path.strip("/").replace("-", "_"))()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def error_page(self):
        self.answer(200, b"<html><body>Bad gateway</body></html>", Content_Type="text/html")

    def cut_off(self):
        self.answer(200, b"landscape:\n  - name: A\n", Content_Length="5000")
        self.close_connection = True

    def reset(self):
        self.close_connection = True

    def moved_nowhere(self):
        self.answer(302, b"")

    def unavailable(self):
        self.answer(503, b"")

    def bomb(self):
        inner = gzip.compress(b"\0" * 10_000_000)
        self.answer(200, gzip.compress(inner), Content_Encoding="gzip, gzip")

    def endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"10000\r\n" + b"#" * 0x10000 + b"\r\n")

    def drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"#")
            time.sleep(0.1)

    def drip_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            self.wfile.write(f"X-{number}: a\r\n".encode())
            time.sleep(0.1)

    def log_message(self, format, *args):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/to-private", "private address"),
        ("/to-link-local", "private address"),
        ("/to-loopback", "private address"),
        ("/to-http", "only https"),
        ("/to-file", "only https"),
        ("/to-data", "Cannot fetch"),
        ("/to-nonsense", "Cannot fetch"),
        ("/loop", "more than 5 redirects"),
        ("/moved-nowhere", "HTTP status 302"),
        ("/unavailable", "HTTP status 503"),
        ("/cut-off", "Cannot fetch"),
        ("/reset", "Cannot fetch"),
        ("/bomb", "compressed"),
        ("/endless", "larger than 1,000,000 bytes"),
        ("/drip", "longer than 0.5 s"),
        ("/drip-headers", "longer than 0.5 s"),
    ],
)
def test_a_server_that_does_not_play_fair_is_an_error_in_bounded_time(path, message):
    timeout = 0.5 if "drip" in path else 10
    started = time.monotonic()
    with serving() as base, pytest.raises(LandscapeUnreadableError, match=message) as caught:
        read_source(f"{base}{path}?token=secret", max_bytes=1_000_000, timeout=timeout)
    assert time.monotonic() - started < 10
    assert "secret" not in str(caught.value)


def test_an_error_page_in_place_of_the_file_is_an_error():
    with serving() as base, pytest.raises(LandscapeMalformedError, match="no list under the key"):
        read_landscape(f"{base}/error-page")


def test_what_is_shown_of_a_url_holds_no_secret():
    assert shown("https://me:word@host/a/b.yml?token=x") == "https://host/a/b.yml"
    assert shown("https://host") == "https://host"
    assert shown("a/landscape.yml") == "a/landscape.yml"
