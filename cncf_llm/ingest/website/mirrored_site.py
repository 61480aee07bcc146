"""Serve a folder of a mirrored website to the crawler, on this machine, for the time of a crawl."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Files(SimpleHTTPRequestHandler):
    """Files below the folder: no listings, nothing that a symbolic link leads out to."""

    def translate_path(self, path: str) -> str:
        found = Path(super().translate_path(path))
        root = Path(self.directory).resolve()
        return str(found if found.resolve().is_relative_to(root) else root / ".none")

    def list_directory(self, path: object) -> None:
        self.send_error(404, "No index.html here")

    def send_header(self, keyword: str, value: str) -> None:
        """Leave out the date: a copied file may be newer than one with a later date."""
        if keyword != "Last-Modified":
            super().send_header(keyword, value)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the crawl reports what it met."""


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve the folder on a free loopback port and give its base URL, without a last slash."""
    handler = partial(_Files, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
