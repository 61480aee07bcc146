"""The model hub, as a local server that answers the few requests that the client makes."""

import hashlib
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cncf_llm.training import BaseModelError, resolve_base_model

COMMIT = "a" * 40


@pytest.fixture
def hub(tiny_model, tmp_path):
    files = tmp_path / "hub"
    shutil.copytree(tiny_model, files)
    (files / "README.md").write_text("---\nlicense: mit\n---\n")
    (files / "pytorch_model.bin").write_bytes(b"pickle")
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            path = self.path.partition("?")[0]
            names = sorted(file.name for file in files.iterdir())
            file = files / path.rpartition("/")[2]
            if path.startswith("/api/models/org/model/tree/"):
                sizes = [(name, (files / name).stat().st_size) for name in names]
                self.send(
                    json.dumps(
                        [{"type": "file", "path": n, "size": s, "oid": n} for n, s in sizes]
                    ).encode()
                )
            elif path.startswith("/api/models/org/model"):
                siblings = [{"rfilename": name} for name in names]
                facts = {"id": "org/model", "sha": COMMIT, "siblings": siblings}
                self.send(json.dumps(facts).encode())
            elif path.startswith(f"/org/model/resolve/{COMMIT}/") and file.is_file():
                if body:
                    asked.append(file.name)
                self.send(file.read_bytes(), body)
            else:
                self.send_error(404)

        def send(self, content, body=True):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def resolve(hub, folder, allowed, name="org/model"):
    return resolve_base_model(
        name, folder, offline=False, allowed_licences=allowed, endpoint=hub[0]
    )


def test_model_is_downloaded_without_pickles(hub, tiny_model, tmp_path):
    model = resolve(hub, tmp_path / "model", ["MIT"])
    assert (model.kind, model.name, model.revision) == ("hub", "org/model", COMMIT)
    assert model.licence == "mit"
    names = sorted(path.name for path in (tmp_path / "model").iterdir())
    assert names == sorted([*(path.name for path in tiny_model.iterdir()), "README.md"])


def test_weights_of_a_refused_licence_are_not_downloaded(hub, tmp_path):
    with pytest.raises(BaseModelError, match="has the licence 'mit'"):
        resolve(hub, tmp_path / "model", ["Apache-2.0"])
    assert "README.md" in hub[1]
    assert "model.safetensors" not in hub[1]


def test_unknown_model_is_named(hub, tmp_path):
    with pytest.raises(BaseModelError, match="did not give 'org/other'"):
        resolve(hub, tmp_path / "model", ["MIT"], "org/other")
