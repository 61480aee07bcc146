"""Read the bytes of a landscape file from a local path or an https URL."""

import ipaddress
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from cncf_llm.landscape.errors import LandscapeUnreadableError

MAX_BYTES = 50_000_000
_WAY_OUT = "Set CNCF_LLM_LANDSCAPE to the path or https URL of a landscape.yml."


def read_source(
    source: str, *, offline: bool = False, max_bytes: int = MAX_BYTES, timeout: float = 60
) -> bytes:
    """Return the content of `source`. `timeout` is in seconds and holds for the whole download.

    Raises `LandscapeUnreadableError` when there is no such file, the URL does not answer with 200,
    is not https (http is taken for this machine itself), or the content exceeds `max_bytes`.
    """
    if "://" not in source:
        return _read_file(Path(source), max_bytes)
    if offline:
        raise LandscapeUnreadableError(
            f"The landscape is at {source}, but CNCF_LLM_OFFLINE is on, so nothing may be fetched. "
            "Set CNCF_LLM_LANDSCAPE to a local file or turn CNCF_LLM_OFFLINE off."
        )
    return _download(source, max_bytes, timeout)


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


def _download(url: str, max_bytes: int, timeout: float) -> bytes:
    import httpx

    deadline = time.monotonic() + timeout
    content = bytearray()
    try:
        with httpx.Client(timeout=min(timeout, 20), follow_redirects=False) as client:
            for _ in range(5):
                _refuse_scheme(url)
                with client.stream("GET", url) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["location"])
                        continue
                    if response.status_code != 200:
                        raise LandscapeUnreadableError(
                            f"{url} answered with HTTP status {response.status_code}. {_WAY_OUT}"
                        )
                    for chunk in response.iter_bytes():
                        content += chunk
                        if len(content) > max_bytes:
                            raise LandscapeUnreadableError(
                                f"{url} is larger than {max_bytes:,} bytes. {_WAY_OUT}"
                            )
                        if time.monotonic() > deadline:
                            raise LandscapeUnreadableError(
                                f"{url} took longer than {timeout:g} s. Try again. {_WAY_OUT}"
                            )
                    return bytes(content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LandscapeUnreadableError(
            f"Cannot fetch {url}: {error or type(error).__name__}. {_WAY_OUT}"
        ) from error
    raise LandscapeUnreadableError(f"{url}: more than 5 redirects. {_WAY_OUT}")


def _refuse_scheme(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname)):
        return
    raise LandscapeUnreadableError(f"{url}: only https URLs are fetched. {_WAY_OUT}")


def _is_this_machine(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
