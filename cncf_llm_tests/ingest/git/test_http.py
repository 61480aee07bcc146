"""Fetching over HTTP: redirects, silence, failures, and who is sent the token."""

import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cncf_llm.ingest import UnreadableSourceError
from cncf_llm.ingest.git import remote as git_remote
from cncf_llm.ingest.git.process import GitError, git
from cncf_llm.ingest.git.remote import Remote, fetch_blobs, fetch_commit, remote_head
from cncf_llm.ingest.git.tree import blob_sizes

TOKEN = "ghp_0123456789secret"  # of this form, but nobody's
REFS = "/info/refs"
QUERY = "?service=git-upload-pack"


class Server(ThreadingHTTPServer):
    """Answers as `answers` says (path -> status and location) and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, str]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.repositories: Path | None = None
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server  # type: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if self.server.repositories and self.path.split("?")[0] not in self.server.answers:
            self._run_git()
            return
        status, location = self.server.answers.get(self.path.split("?")[0], (404, ""))
        if status == 0:  # never
            self.server.released.wait(30)
            return
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def _run_git(self) -> None:
        """Answer as git's own server program does (git help http-backend)."""
        path, _, query = self.path.partition("?")
        size = int(self.headers.get("Content-Length") or 0)
        names = {
            "Content-Type": "CONTENT_TYPE",
            "Content-Encoding": "HTTP_CONTENT_ENCODING",
            "Git-Protocol": "GIT_PROTOCOL",
        }
        sent = {name: self.headers[key] for key, name in names.items() if key in self.headers}
        done = subprocess.run(
            ["git", "http-backend"],
            input=self.rfile.read(size),
            env=os.environ
            | sent
            | {
                "GIT_PROJECT_ROOT": str(self.server.repositories),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_LENGTH": str(size),
            },
            capture_output=True,
            check=True,
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


def reason(url: str, protocols: str = "http", seconds: float = 10) -> tuple[str, str]:
    with pytest.raises(UnreadableSourceError) as caught:
        remote_head(Remote(url, protocols), seconds=seconds)
    return caught.value.reason, caught.value.detail


def test_remotes_that_cannot_be_read(new_repository, tmp_path):
    assert reason(f"file://{tmp_path}/none", "file")[0] == "not-found"
    assert reason("https://127.0.0.1:9/a/b", "https")[0] == "unreachable"
    empty = f"file://{new_repository('empty').folder}"
    assert reason(empty, "file")[0] == "empty-repository"
    marker = tmp_path / "ran"
    assert reason(f"ext::touch {marker}", "https")[0] == "unreachable"
    assert reason(f"--upload-pack=touch {marker}", "https")[0] in (
        "unreachable",
        "not-found",
    )
    assert not marker.exists()


def test_a_repository_is_fetched_over_http_also_under_its_old_name(
    new_repository, server, cache, tmp_path
):
    tool = new_repository("tool")
    commit = tool.commit({"a.md": "a", "main.go": "package main"})
    bare = tool.bare(tmp_path / "served" / "new" / "name.git")
    with (bare / "config").open("a") as config:
        config.write("[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n")
    server.repositories = tmp_path / "served"
    server.answers[f"/old/name{REFS}"] = (301, f"/new/name.git{REFS}{QUERY}")
    remote = Remote(f"{server.url}/old/name", "http")
    git_dir, found, moved = fetch_commit(remote, cache, seconds=60, file_bytes=10_000_000)
    assert (found, moved.url) == (commit, f"{server.url}/new/name")
    oids = [tool.git("rev-parse", f"HEAD:{path}") for path in ("a.md", "main.go")]
    fetch_blobs(moved, git_dir, oids[:1], seconds=60, file_bytes=100, total_bytes=100)
    assert blob_sizes(git_dir, oids) == {oids[0]: 1, oids[1]: None}


def test_a_redirect_is_followed_to_another_name_on_the_same_host_only(server):
    server.answers[f"/old/name{REFS}"] = (301, f"/new/name{REFS}{QUERY}")
    assert reason(f"{server.url}/old/name")[0] == "not-found"
    assert [path for path, _ in server.asked][-1] == f"/new/name{REFS}{QUERY}"

    server.asked.clear()
    other = Server()
    for location in (
        f"http://localhost:{server.server_port}/new/name{REFS}{QUERY}",
        f"{other.url}/new/name{REFS}{QUERY}",
        f"http://169.254.169.254/latest{REFS}{QUERY}",
        "file:///etc/passwd",
        f"{server.url}/secrets",
    ):
        server.answers[f"/old/name{REFS}"] = (301, location)
        assert reason(f"{server.url}/old/name")[0] == "refused-redirect"
    other.server_close()
    assert {path.split("?")[0] for path, _ in server.asked} == {f"/old/name{REFS}"}
    assert other.asked == []

    server.answers[f"/old/name{REFS}"] = (301, f"/old/name{REFS}{QUERY}")  # a loop
    assert reason(f"{server.url}/old/name")[0] == "unreachable"


def test_a_remote_that_never_answers(server):
    server.answers["/a/b/info/refs"] = (0, "")
    assert reason(f"{server.url}/a/b", seconds=0.5)[0] == "timed-out"


def test_a_remote_that_is_down_is_not_taken_for_gone(server):
    for status, expected in ((404, "not-found"), (500, "unreachable"), (429, "rate-limited")):
        server.answers["/a/b/info/refs"] = (status, "")
        assert reason(f"{server.url}/a/b")[0] == expected


def test_the_token_goes_to_github_and_nowhere_else(server, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", f"{TOKEN}\n")
    server.answers["/a/b/info/refs"] = (401, "")
    said = reason(f"{server.url}/a/b")
    assert said[0] == "refused-token"
    assert TOKEN not in said[1]
    assert TOKEN not in repr(server.asked)
    assert all(header in (None, "Basic Og==") for _, header in server.asked)  # an empty login

    environment = git_remote.github_authorization()
    for url, sent in {
        "https://github.com/acme/tool/info/refs": True,
        "http://github.com/acme/tool": False,
        "https://github.com:8443/acme/tool": False,
        "https://github.com.example.org/acme/tool": False,
        "https://gist.github.com/acme/tool": False,
        "https://gitlab.com/acme/tool": False,
    }.items():
        asking = ["config", "--get-urlmatch", "http.extraHeader", url]
        if sent:
            assert git(asking, environment=environment).startswith(b"Authorization: Basic ")
        else:
            with pytest.raises(GitError):
                git(asking, environment=environment)
