"""A client of the Stack Exchange API 2.3 (https://api.stackexchange.com/docs)."""

import json
import logging
import re
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import quote_plus

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.retry_after import retry_after

API = "https://api.stackexchange.com"
MAX_BYTES = 10_000_000  # of one decompressed answer: 100 posts have at most 3 MB
MAX_REQUESTS = 3_000  # of one reading; the next one goes on from there
MAX_WAIT = 300.0  # seconds of all waits of one reading
_ATTEMPTS = 4
_DEADLINE = 60.0  # seconds for one answer, however slowly its bytes come
_THROTTLE_VIOLATION = 502  # error_id
_PASSING = {500, 503}  # error_ids: internal_error, temporarily_unavailable
_AVAILABLE_IN = re.compile(r"available in (\d{1,9}) second")


class _TryAgainError(Exception):
    """An answer that may be better next time; `pause` is the wait it asks for, in seconds."""

    def __init__(self, reason: str, detail: str, pause: float | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.pause = reason, detail, pause


@dataclass
class Api:
    """What one reading knows of the API: its quota, and how long each method must be left alone.

    `quota` is what the last answer allowed (None: not asked yet); `requests` counts those made;
    `waited`, `patience` (for all waits) and `timeout` (of a connection) are in seconds. `key` goes
    into requests and nowhere else.
    """

    base_url: str = API
    key: str | None = field(default=None, repr=False)
    sleep: Callable[[float], None] = time.sleep
    quota: int | None = None
    requests: int = 0
    waited: float = 0.0
    patience: float = MAX_WAIT
    timeout: float = 30.0
    _ready: dict[str, float] = field(default_factory=dict)  # method -> monotonic time
    _closed: UnreadableSourceError | None = None
    _client: Any = field(default=None, repr=False)

    def ask(self, method: str, path: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one request: an object with a list `items`.

        `method` names what a `backoff` is for. Busy servers, lost connections and throttling are
        tried again, a few times and for `patience` seconds in all. Raises
        `UnreadableSourceError`: `unreachable`, `throttled`, `quota-exhausted`, `request-limit`,
        `refused-request`, `malformed-answer`, `too-large`. After `throttled` and
        `quota-exhausted` nothing more is asked.
        """
        url = f"{self.base_url}/2.3{path}"
        common = {"site": "stackoverflow", "filter": "withbody"}
        common |= {"key": self.key} if self.key else {}
        problem = _TryAgainError("unreachable", f"{url}: not asked")
        for attempt in range(_ATTEMPTS):
            self._admit(method, url)
            try:
                return self._accept(method, url, *self._get(url, common | parameters))
            except _TryAgainError as error:
                problem = error
            if attempt < _ATTEMPTS - 1:
                pause = problem.pause if problem.pause is not None else 2.0**attempt
                self._wait(pause, problem.reason, problem.detail)
        raise self._refusal(problem.reason, problem.detail)

    def must_wait(self, method: str) -> float:
        """Return the seconds for which the last answer asks to leave a method alone."""
        return max(0.0, self._ready.get(method, 0.0) - time.monotonic())

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.close()

    def _admit(self, method: str, url: str) -> None:
        """Let a request pass when quota and backoff allow it."""
        if self._closed:
            raise self._closed
        if self.quota == 0:
            detail = f"{url}: the API allows no more requests today; the next run goes on from here"
            raise self._refusal("quota-exhausted", detail)
        if self.requests >= MAX_REQUESTS:
            raise self._refusal("request-limit", f"{MAX_REQUESTS:,} requests in one reading")
        left = self._ready.pop(method, 0.0) - time.monotonic()
        if left > 0:
            self._wait(left, "throttled", f"{url}: asked to wait for {left:.0f} s")
        self.requests += 1

    def _wait(self, seconds: float, reason: str, detail: str) -> None:
        if self.waited + seconds > self.patience:
            detail = f"{detail}; waited for {self.waited:.0f} s already"
            raise self._refusal(reason, detail, seconds)
        self.waited += seconds
        self.sleep(seconds)

    def _refusal(
        self, reason: str, detail: str, wait: float | None = None
    ) -> UnreadableSourceError:
        error = UnreadableSourceError(reason, detail, wait)
        if reason in ("throttled", "quota-exhausted", "request-limit"):
            self._closed = error
        return error

    def _get(self, url: str, parameters: dict[str, Any]) -> tuple[int, str | None, bytes]:
        """Return status, Retry-After and decompressed body of one request."""
        import httpx

        if self._client is None:
            headers = {"Accept-Encoding": "gzip"}
            self._client = httpx.Client(
                timeout=self.timeout, follow_redirects=False, headers=headers
            )
        try:
            with (
                _unlogged_query(),
                self._client.stream("GET", url, params=parameters) as response,
            ):
                encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
                body = _body(response.iter_raw(), encoding, url)
                return response.status_code, response.headers.get("Retry-After"), body
        except httpx.HTTPError as error:
            detail = self._public(f"{url}: {type(error).__name__}: {error}")
            raise _TryAgainError("unreachable", detail) from None  # its request has the key
        except zlib.error as error:
            raise _TryAgainError("unreachable", f"{url}: damaged gzip: {error}") from None

    def _accept(self, method: str, url: str, status: int, retry: str | None, body: bytes) -> dict:
        """Return the answer when it is one; note quota and backoff."""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            answer = None
            complaint = f"{url}: not JSON: {self._public(str(error))}"
        else:
            complaint = f"{url}: not a JSON object"
        if isinstance(answer, dict):
            self._note(method, answer)
            if "error_id" in answer:
                self._complain(url, answer, retry_after(retry))
        if status == 429 or status >= 500:
            reason = "throttled" if status == 429 else "unreachable"
            raise _TryAgainError(reason, f"{url}: HTTP status {status}", retry_after(retry))
        if status != 200:
            raise self._refusal("refused-request", f"{url}: HTTP status {status}")
        if not isinstance(answer, dict):
            raise UnreadableSourceError("malformed-answer", complaint)
        if not isinstance(answer.get("items"), list):
            raise UnreadableSourceError("malformed-answer", f"{url}: has no list of items")
        return answer

    def _note(self, method: str, answer: dict[str, Any]) -> None:
        if _is_count(quota := answer.get("quota_remaining")):
            self.quota = quota
        if _is_count(wait := answer.get("backoff")):
            self._ready[method] = time.monotonic() + wait

    def _complain(self, url: str, answer: dict[str, Any], retry: float | None) -> None:
        """Raise what an error object means (https://api.stackexchange.com/docs/error-handling)."""
        number, message = answer["error_id"], str(answer.get("error_message"))[:300]
        detail = self._public(f"{url}: error {number}: {message}")
        if number == _THROTTLE_VIOLATION:
            found = _AVAILABLE_IN.search(message)
            raise _TryAgainError("throttled", detail, float(found[1]) if found else retry)
        if number in _PASSING:
            raise _TryAgainError("unreachable", detail, retry)
        raise self._refusal("refused-request", detail)

    def _public(self, text: str) -> str:
        for form in (self.key, quote_plus(self.key)) if self.key else ():
            text = text.replace(form, "…")
        return text


def _body(chunks: Iterator[bytes], encoding: str, url: str) -> bytes:
    """Return the body, decompressed no further than the limit: a bomb costs nothing."""
    if encoding not in ("identity", "gzip"):
        raise UnreadableSourceError("malformed-answer", f"{url}: content encoding {encoding[:40]}")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    until = time.monotonic() + _DEADLINE
    content = bytearray()
    for chunk in chunks:
        content += inflate.decompress(chunk, MAX_BYTES + 1 - len(content)) if inflate else chunk
        if len(content) > MAX_BYTES:
            raise UnreadableSourceError("too-large", f"{url}: over {MAX_BYTES:,} bytes")
        if time.monotonic() > until:
            raise _TryAgainError("unreachable", f"{url}: took longer than {_DEADLINE:.0f} s")
    if inflate and content and not inflate.eof:
        raise _TryAgainError("unreachable", f"{url}: its gzip ends too early")
    return bytes(content)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@contextmanager
def _unlogged_query() -> Iterator[None]:
    """Keep the query, which has the key, out of the line that httpx logs for each request."""
    import httpx

    def cut(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                part.copy_with(query=None) if isinstance(part, httpx.URL) else part
                for part in record.args
            )
        return True

    logger = logging.getLogger("httpx")
    logger.addFilter(cut)
    try:
        yield
    finally:
        logger.removeFilter(cut)
