"""A client of any OpenAI-compatible chat-completions endpoint: vLLM, `transformers serve`, Ollama.

httpx and not the `openai` package: that brings retries of its own, which know neither our ledger
nor a shared limit, and reads replies of any size.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cncf_llm.ingest.retry_after import retry_after
from cncf_llm.questions.written.gate import Gate
from cncf_llm.questions.written.messages import (
    MAX_TOKENS,
    EndpointDownError,
    EndpointError,
    Reply,
    Request,
    RequestRefusedError,
)

MAX_BYTES = 1_000_000  # of one reply: 4,096 tokens have at most 100 kB
ATTEMPTS = 6
SLOW_ATTEMPTS = 2  # that a request may run into the timeout
GIVE_UP = 8
MAX_PAUSE = 120.0  # seconds that we let an endpoint ask us to wait
_BUSY = (429, 503, 529)
_PASSING = (408, 409, 425, 500, 502, 504)
_REFUSES_US = (301, 302, 303, 307, 308, 401, 402, 403, 404, 405)
_BAD_REQUEST = (400, 422)
# Servers differ in what they take. Each form asks for less; the last is the bare request.
_FORMS = ("schema", "object", "plain", "bare")


class _TryAgainError(Exception):
    """An attempt that may go better next time; `pause` in seconds is set when we are to wait.

    One that was `slow` may have been paid for.
    """

    def __init__(
        self, detail: str, *, busy: bool = False, slow: bool = False, pause: float | None = None
    ) -> None:
        super().__init__(detail)
        self.busy, self.slow, self.pause = busy, slow, pause


@dataclass
class Endpoint:
    """A model behind a URL (of its chat completions, as `check_address` returns it).

    At most `concurrency` requests are under way. `timeout` is in seconds for a whole reply. `key`
    goes into the Authorization header and nowhere else. `proxies` lets httpx use the proxies of the
    environment. Belongs to the event loop that first asks.
    """

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    concurrency: int = 16
    timeout: float = 300.0
    proxies: bool = False
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _failed: int = 0  # requests in a row, each after all its attempts
    _down: str = ""  # why nothing more is asked
    _form: int = 0
    _form_is_known: bool = False
    _client: Any = field(default=None, repr=False)
    _gate: Any = field(default=None, repr=False)
    _random: random.Random = field(default_factory=random.Random, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    async def ask(self, request: Request) -> Reply:
        """Return the model's reply.

        Lost connections, timeouts, busy servers and malformed answers are tried again with
        exponential backoff and jitter. Raises `EndpointDownError` when the endpoint refuses us
        altogether or left `GIVE_UP` requests in a row without a reply: then nothing more is asked.
        Raises `EndpointError` when this one request has no reply.
        """
        self._gate = self._gate or Gate(self.concurrency, self.sleep)
        try:
            reply = await self._ask(request)
        except EndpointDownError as error:
            self._down = self._down or str(error)
            raise
        except EndpointError as error:
            self._failed += 1
            if self._failed >= GIVE_UP:
                self._down = self._down or str(error)
            raise
        self._failed = 0
        return reply

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _ask(self, request: Request) -> Reply:
        detail, slow = "", 0
        for attempt in range(ATTEMPTS):
            pause = None
            async with self._gate.passage() as passage:
                if self._down:
                    raise EndpointDownError(self._down)
                try:
                    reply = await self._send(request)
                    self._gate.accepted()
                    return reply
                except _TryAgainError as problem:
                    detail, pause = str(problem), problem.pause
                    slow += problem.slow
                    if problem.busy:
                        self._gate.refused(passage, min(pause or 0.0, MAX_PAUSE))
            if pause is not None and pause > MAX_PAUSE:
                raise EndpointError(f"{detail}; it asks us to wait for {pause:.0f} s")
            if slow == SLOW_ATTEMPTS:
                raise EndpointError(f"{detail}; {slow} times")
            if attempt < ATTEMPTS - 1:
                backoff = 0.0 if pause is not None else min(2.0**attempt, 30.0)
                await self.sleep(backoff / 2 + self._random.uniform(0, backoff / 2 + 0.1))
        raise EndpointError(f"{detail}; {ATTEMPTS} attempts")

    async def _send(self, request: Request) -> Reply:
        form = self._form
        status, retry, body = await self._post(request, form)
        while status in _BAD_REQUEST and form < len(_FORMS) - 1 and not self._form_is_known:
            form += 1
            status, retry, body = await self._post(request, form)
        reply = self._accept(status, retry, body)
        if not self._form_is_known:
            self._form, self._form_is_known = form, True
        return reply

    async def _post(self, request: Request, form: int) -> tuple[int, str | None, bytes | None]:
        """Return status, Retry-After and body; None in place of a body over the limit."""
        import httpx

        if self._client is None:
            headers = {"Accept-Encoding": "identity"}  # a decompression bomb needs compression
            if self.key:
                headers["Authorization"] = f"Bearer {self.key}"
            self._client = httpx.AsyncClient(
                headers=headers,
                follow_redirects=False,
                timeout=httpx.Timeout(self.timeout, connect=10.0),
                limits=httpx.Limits(max_connections=self.concurrency),
                trust_env=self.proxies,
            )
        content = bytearray()
        try:
            async with (
                asyncio.timeout(self.timeout),
                self._client.stream("POST", self.url, json=_body(request, form)) as response,
            ):
                if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                    raise _TryAgainError(f"{self.host}: sends a compressed reply unasked")
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        return response.status_code, None, None
                return response.status_code, response.headers.get("Retry-After"), bytes(content)
        except (TimeoutError, httpx.ReadTimeout):
            detail = f"{self.host}: no reply within {self.timeout:.0f} s"
            raise _TryAgainError(detail, slow=True) from None
        except httpx.HTTPError as error:
            # The chained error holds the request with its key.
            detail = self._public(f"{self.host}: {type(error).__name__}: {error}")
            raise _TryAgainError(detail) from None

    def _accept(self, status: int, retry: str | None, body: bytes | None) -> Reply:
        if status == 200:
            return Reply("", "too-large") if body is None else self._reply(body)
        said = " ".join((body or b"")[:300].decode("utf-8", "replace").split())
        detail = self._public(f"{self.host}: HTTP status {status}: {said}")
        if status in _BUSY:
            raise _TryAgainError(detail, busy=True, pause=retry_after(retry))
        if status in _PASSING or status > 500:
            raise _TryAgainError(detail)
        if status in _REFUSES_US:
            raise EndpointDownError(f"{detail} (look at CNCF_LLM_LLM_BASE_URL, _MODEL, _API_KEY)")
        raise RequestRefusedError(detail)

    def _reply(self, body: bytes) -> Reply:
        """Read an answer of the chat completions API; what is none may be one next time."""
        try:
            answer = json.loads(body)
            choice = answer["choices"][0]
            message = choice["message"]
            text, refusal = message.get("content"), message.get("refusal")
            usage = answer.get("usage") or {}
            tokens = [_count(usage.get(f"{part}_tokens")) for part in ("prompt", "completion")]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            detail = self._public(f"{self.host}: its answer is no chat completion")
            raise _TryAgainError(detail) from None
        finish = "refused" if refusal else str(choice.get("finish_reason"))[:40]
        said = refusal or text or ""
        if not isinstance(said, str):
            raise _TryAgainError(f"{self.host}: its message is no text")
        return Reply(said.encode("utf-8", "replace").decode(), finish, *tokens)

    def _public(self, text: str) -> str:
        return text.replace(self.key, "…") if self.key else text


def _body(request: Request, form: int) -> dict[str, object]:
    body: dict[str, object] = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.system},
            {"role": "user", "content": request.user},
        ],
    }
    name = _FORMS[form]
    if name != "bare":
        body |= {
            "temperature": request.temperature,
            "seed": request.seed,
            "max_tokens": MAX_TOKENS,
        }
    if name == "schema":
        schema = {"name": "reply", "strict": True, "schema": request.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if name == "object":
        body["response_format"] = {"type": "json_object"}
    return body


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    return None
