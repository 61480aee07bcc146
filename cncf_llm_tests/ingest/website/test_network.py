"""A crawl as it is done on the public network: certificates, proxy, polite speed."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.website.crawl import settings
from cncf_llm.ingest.website.job import CrawlJob, CrawlLimits
from cncf_llm.ingest.website.process import run_crawl

HOST = "site.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A self-signed certificate of the site, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "site.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextmanager
def proxy(certificate: Path) -> Iterator[tuple[str, list[str]]]:
    """A proxy that answers for the site itself; gives its URL and what it was asked for."""
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            asked.append(f"CONNECT {self.path}")
            self.send_response(200)
            self.end_headers()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb")
            self.close_connection = False

        def do_GET(self) -> None:
            asked.append(self.path)
            body = b"<p>page</p>" if self.path == "/" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request, client_address) -> None:
            """A client that does not trust the certificate hangs up."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}", asked
        server.shutdown()


def job(folder: Path) -> CrawlJob:
    limits = CrawlLimits(wait=0.01, seconds=60)
    return CrawlJob(HOST, f"https://{HOST}", (f"https://{HOST}/",), str(folder), limits)


@pytest.fixture
def through_proxy(certificate, monkeypatch) -> Iterator[list[str]]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with proxy(certificate) as (url, asked):
        monkeypatch.setenv("https_proxy", url)
        yield asked


def test_a_proxy_resolves_the_names_and_may_be_private(
    through_proxy, certificate, tmp_path, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    lines = run_crawl(job(tmp_path))
    assert [line["url"] for line in lines] == [f"https://{HOST}/"]
    assert (tmp_path / lines[0]["file"]).read_bytes() == b"<p>page</p>"
    assert f"CONNECT {HOST}:443" in through_proxy


@pytest.mark.slow
def test_a_certificate_that_nobody_vouches_for_is_refused(through_proxy, tmp_path):
    with pytest.raises(UnreadableSourceError, match="crawl-failed: download-failed"):
        run_crawl(job(tmp_path))
    assert set(through_proxy) == {f"CONNECT {HOST}:443"}


def test_public_sites_are_crawled_politely_and_the_mirror_quickly(tmp_path):
    public = settings(job(tmp_path))
    assert public["AUTOTHROTTLE_ENABLED"]
    assert public["DOWNLOAD_DELAY"] > 0
    assert public["ROBOTSTXT_OBEY"]
    local = settings(CrawlJob(HOST, "http://127.0.0.1:80", (), "", CrawlLimits()))
    assert not local["AUTOTHROTTLE_ENABLED"]
    assert not local["HTTPPROXY_ENABLED"]
