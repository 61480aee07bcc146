import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cncf_llm.landscape.errors import LandscapeUnreadableError
from cncf_llm.landscape.source import read_source


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/ok":
            self._send(200, b"landscape: []\n")
        elif self.path == "/long":
            self._send(200, b"x" * 5000)
        elif self.path == "/moved":
            self._send(302, b"", location="/ok")
        elif self.path == "/loop":
            self._send(302, b"", location="/loop")
        elif self.path == "/elsewhere":
            self._send(302, b"", location="http://192.0.2.1/ok")
        elif self.path == "/file":
            self._send(302, b"", location="file:///etc/hostname")
        else:
            self._send(404, b"")

    def _send(self, status, body, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_file_and_url_give_the_same_bytes(tmp_path):
    (tmp_path / "l.yml").write_bytes(b"landscape: []\n")
    assert read_source(str(tmp_path / "l.yml")) == b"landscape: []\n"
    with serving() as base:
        assert read_source(f"{base}/ok") == b"landscape: []\n"
        assert read_source(f"{base}/moved") == b"landscape: []\n"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/none", "HTTP status 404"),
        ("/long", "larger than 4,000 bytes"),
        ("/loop", "more than 5 redirects"),
        ("/elsewhere", "only https"),
        ("/file", "only https"),
    ],
)
def test_a_url_that_cannot_be_used_is_an_error(path, message):
    with serving() as base, pytest.raises(LandscapeUnreadableError, match=message):
        read_source(f"{base}{path}", max_bytes=4000)


def test_other_schemes_are_refused():
    for url in ("http://192.0.2.1/l.yml", "file:///etc/hostname", "ftp://192.0.2.1/l"):
        with pytest.raises(LandscapeUnreadableError, match="only https"):
            read_source(url)


def test_nobody_listening_is_an_error():
    with pytest.raises(LandscapeUnreadableError, match="Cannot fetch"):
        read_source("http://127.0.0.1:9/landscape.yml", timeout=5)


def test_offline_refuses_a_url_and_takes_a_file(tmp_path):
    with pytest.raises(LandscapeUnreadableError, match="CNCF_LLM_OFFLINE is on"):
        read_source("https://example.org/landscape.yml", offline=True)
    (tmp_path / "l.yml").write_bytes(b"x")
    assert read_source(str(tmp_path / "l.yml"), offline=True) == b"x"


def test_a_file_over_the_limit_is_an_error(tmp_path):
    (tmp_path / "l.yml").write_bytes(b"x" * 101)
    with pytest.raises(LandscapeUnreadableError, match="larger than 100 bytes"):
        read_source(str(tmp_path / "l.yml"), max_bytes=100)
