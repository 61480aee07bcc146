"""Read the bytes of a landscape file from a local path or an https URL."""

import asyncio
import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from cncf_llm.landscape.errors import LandscapeUnreadableError

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 50_000_000
MAX_REDIRECTS = 5
_WAY_OUT = "Set CNCF_LLM_LANDSCAPE to the path or https URL of a landscape.yml."


def read_source(
    source: str, *, offline: bool = False, max_bytes: int = MAX_BYTES, timeout: float = 60
) -> bytes:
    """Return the content of `source`. `timeout` is in seconds and holds for the whole download.

    Raises `LandscapeUnreadableError` when there is no such file, the URL does not answer with 200,
    is not https (http is taken for this machine itself), redirects to a private address, or the
    content exceeds `max_bytes`.
    """
    if "://" not in source:
        return _read_file(Path(source), max_bytes)
    if offline:
        raise LandscapeUnreadableError(
            f"The landscape is at {shown(source)}, but CNCF_LLM_OFFLINE is on, so nothing may be "
            "fetched. Set CNCF_LLM_LANDSCAPE to a local file or turn CNCF_LLM_OFFLINE off."
        )
    try:
        return asyncio.run(asyncio.wait_for(_download(source, max_bytes), timeout))
    except TimeoutError as error:
        raise LandscapeUnreadableError(
            f"{shown(source)} took longer than {timeout:g} s. Try again. {_WAY_OUT}"
        ) from error


def shown(source: str) -> str:
    """Return a path or URL without what may be secret in it: user name, password, query."""
    if "://" not in source:
        return source
    scheme, _, rest = source.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}".partition("?")[0]


def _read_file(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise LandscapeUnreadableError(
            f"Cannot read the landscape file {path}: {error.strerror or error}. {_WAY_OUT}"
        ) from error
    if len(content) > max_bytes:
        raise LandscapeUnreadableError(
            f"The landscape file {path} is larger than {max_bytes:,} bytes. {_WAY_OUT}"
        )
    return content


async def _download(url: str, max_bytes: int) -> bytes:
    import httpx

    first = url
    # Unpacked by nobody: a compressed answer of a few bytes may stand for gigabytes.
    headers = {"accept-encoding": "identity"}
    try:
        async with httpx.AsyncClient(timeout=20, headers=headers) as client:
            for _ in range(MAX_REDIRECTS):
                _refuse_scheme(url)
                if urlsplit(url).hostname != urlsplit(first).hostname:
                    await _refuse_private(url)
                async with client.stream("GET", url) as response:
                    if response.has_redirect_location:
                        url = urljoin(url, response.headers["location"])
                        continue
                    _refuse_answer(response, url)
                    return await _body(response, url, max_bytes)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        reason = str(error).replace(url, shown(url)) or type(error).__name__
        raise LandscapeUnreadableError(
            f"Cannot fetch {shown(url)}: {reason}. {_WAY_OUT}"
        ) from error
    raise LandscapeUnreadableError(f"{shown(url)}: more than {MAX_REDIRECTS} redirects. {_WAY_OUT}")


async def _body(response: "httpx.Response", url: str, max_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > max_bytes:
            raise LandscapeUnreadableError(
                f"{shown(url)} is larger than {max_bytes:,} bytes. {_WAY_OUT}"
            )
    return bytes(content)


def _refuse_answer(response: "httpx.Response", url: str) -> None:
    if response.status_code != 200:
        raise LandscapeUnreadableError(
            f"{shown(url)} answered with HTTP status {response.status_code}. {_WAY_OUT}"
        )
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise LandscapeUnreadableError(
            f"{shown(url)} sent its content compressed ({encoding[:50]!r}), unasked. {_WAY_OUT}"
        )


def _refuse_scheme(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname)):
        return
    raise LandscapeUnreadableError(f"{shown(url)}: only https URLs are fetched. {_WAY_OUT}")


def _is_this_machine(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


async def _refuse_private(url: str) -> None:
    """Refuse a redirect into a network that the one who sent it may not see himself."""
    host = urlsplit(url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return  # no such host: the request says so itself
    if not all(
        ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found
    ):
        raise LandscapeUnreadableError(
            f"{shown(url)}: a redirect to a private address is not followed. {_WAY_OUT}"
        )
