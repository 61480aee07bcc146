"""Ask for one page, and only if it changed: conditional requests (RFC 9110, section 13)."""

import hashlib
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.retry_after import retry_after
from cncf_llm.ingest.website.crawl import USER_AGENT
from cncf_llm.ingest.website.job import site_of
from cncf_llm.ingest.website.public import is_public

if TYPE_CHECKING:
    from httpcore import NetworkStream

MAX_BYTES = 2_000_000  # of a page, that its hash is made of
_MAX_REDIRECTS = 4
_BUSY = (429, 503)

Headers = dict[str | bytes, str | bytes]


@dataclass(frozen=True)
class Answer:
    """What a server said of a page. `content` is the hash of its first `MAX_BYTES`; None on 304."""

    status: int
    etag: str | None = None
    modified: str | None = None
    content: str | None = None


class PageAsker:
    """Asks for the pages of one site, over one connection, until `seconds` have passed.

    Only public addresses are connected to: the one that is checked is the one that is used. Where
    the environment names a proxy, the proxy resolves names and has to refuse private addresses
    itself. `trusted` is a server on this machine that stands for the site.
    """

    def __init__(self, site: str, *, seconds: float, trusted: str | None = None) -> None:
        self._site = site
        self._end = time.monotonic() + seconds
        self._trusted = trusted
        proxy = None if trusted or proxy_bypass(site) else getproxies().get("https")
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            proxy=httpcore.Proxy(proxy) if proxy else None,
            network_backend=None if trusted or proxy else _PublicOnly(),
        )

    def close(self) -> None:
        self._pool.close()

    def ask(self, url: str, etag: str | None = None, modified: str | None = None) -> Answer:
        """Return the answer to a request for a page of the site, whose validators are known.

        Redirects within the site are followed. Raises `UnreadableSourceError`: `rate-limited`,
        `redirect-to-other-site`, `redirect-loop`, `private-address`, `timed-out`, `unreachable`.
        """
        headers: Headers = {"user-agent": USER_AGENT, "accept-encoding": "identity"}
        headers |= {"if-none-match": etag} if etag else {}
        headers |= {"if-modified-since": modified} if modified else {}
        for _ in range(_MAX_REDIRECTS):
            self._refuse_elsewhere(url)
            try:
                found = self._get(url, headers)
            except (httpcore.TimeoutException, TimeoutError) as error:
                raise UnreadableSourceError("timed-out", f"{url}: no answer in time") from error
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
                detail = f"{url}: {type(error).__name__}: {error}"
                raise UnreadableSourceError("unreachable", detail[:500]) from error
            if isinstance(found, Answer):
                return found
            url = urljoin(url, found)
        raise UnreadableSourceError("redirect-loop", f"{url}: more than {_MAX_REDIRECTS} redirects")

    def _get(self, url: str, headers: Headers) -> Answer | str:
        """Return the answer, or where it redirects to."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        limits = dict.fromkeys(("connect", "read", "write", "pool"), left)
        asked: Any = {"timeout": limits}
        with self._pool.stream("GET", url, headers=headers, extensions=asked) as response:
            said = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            if response.status in (301, 302, 303, 307, 308) and "location" in said:
                return said["location"]
            if response.status in _BUSY:
                detail = f"{url}: HTTP status {response.status}"
                wait = retry_after(said.get("retry-after"))
                raise UnreadableSourceError("rate-limited", detail, wait)
            validators = said.get("etag"), said.get("last-modified")
            content = self._hash(response.iter_stream()) if response.status == 200 else None
            return Answer(response.status, *validators, content)

    def _hash(self, parts: Iterable[bytes]) -> str:
        hashed, size = hashlib.sha256(), 0
        for part in parts:
            hashed.update(part[: MAX_BYTES - size])
            size += len(part)
            if size >= MAX_BYTES:
                break
            if time.monotonic() > self._end:
                raise TimeoutError
        return hashed.hexdigest()[:16]

    def _refuse_elsewhere(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            plain = parts.port in (None, 443) and parts.username is None
        except ValueError as error:
            raise UnreadableSourceError(
                "redirect-to-other-site", f"{url[:200]}: {error}"
            ) from error
        own = parts.scheme == "https" and plain and site_of(parts.hostname or "") == self._site
        if not own and not (self._trusted and url.startswith(f"{self._trusted}/")):
            raise UnreadableSourceError("redirect-to-other-site", f"leads to {url[:200]}")


class _PublicOnly(httpcore.NetworkBackend):
    """Connects to the address that was found to be public, and to no other."""

    def connect_tcp(self, host: str, port: int, *arguments: Any, **named: Any) -> "NetworkStream":
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        addresses = [str(place[4][0]) for place in found]
        for address in addresses:
            if is_public(address):
                return httpcore.SyncBackend().connect_tcp(address, port, *arguments, **named)
        raise UnreadableSourceError("private-address", f"{host} is at {addresses[0]}")


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpcore.default_ssl_context()  # reading its certificates takes longer than a request
