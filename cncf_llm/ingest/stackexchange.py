"""One page of the Stack Exchange API 2.3 (https://api.stackexchange.com/docs), or a saved one."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cncf_llm.ingest.errors import UnreadableSourceError

API = "https://api.stackexchange.com"
MAX_BYTES = 20_000_000
_LONGEST_WAIT = 60  # seconds of `backoff` that are worth waiting for
_THROTTLE_VIOLATION = 502  # error_id, in an answer with HTTP status 400


def questions_in_mirror(tag: str, mirror: Path) -> list[Any]:
    """Return the items of `<mirror>/stackexchange/<tag>.json`; each has its `answers`."""
    path = mirror / "stackexchange" / f"{tag}.json"
    if not path.is_file():
        raise UnreadableSourceError("not-in-mirror", f"the mirror has no stackexchange/{tag}.json")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSourceError("too-large", f"{path.name} has more than {MAX_BYTES:,} bytes")
    return _items(_parsed(path.read_bytes(), path.name), path.name)


def ask_questions(
    tag: str,
    *,
    base_url: str = API,
    key: str | None = None,
    quota: int | None = None,
    page_size: int = 50,
) -> tuple[list[Any], int | None]:
    """Return the best-voted questions of the tag with their `answers`, and the remaining quota.

    `quota` is what the last call returned: at 0 nothing is asked. A `backoff` in an answer is
    waited for. Raises `UnreadableSourceError`: `unreachable`, `throttled`, `quota-exhausted`,
    `malformed-answer`, `too-large`.
    """
    if quota == 0:
        raise UnreadableSourceError("quota-exhausted", "the API allows no more requests today")
    common = {"site": "stackoverflow", "order": "desc", "sort": "votes", "filter": "withbody"}
    common |= {"key": key} if key else {}
    found = _ask(
        f"{base_url}/2.3/questions", common | {"tagged": tag, "pagesize": page_size, "page": 1}
    )
    questions = [item for item in _items(found, "questions") if isinstance(item, dict)]
    ids = [str(question.get("question_id")) for question in questions]
    quota = found.get("quota_remaining")
    if not questions:
        return [], quota
    if quota == 0:
        raise UnreadableSourceError("quota-exhausted", "no request was left to ask for answers")
    numbers = quote(";".join(filter(str.isdecimal, ids)))
    answered = _ask(
        f"{base_url}/2.3/questions/{numbers}/answers", common | {"pagesize": 100, "page": 1}
    )
    answers = [item for item in _items(answered, "answers") if isinstance(item, dict)]
    for question in questions:
        number = question.get("question_id")
        question["answers"] = [item for item in answers if item.get("question_id") == number]
    return questions, answered.get("quota_remaining")


def _ask(url: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one request, after the wait that it asks for."""
    import httpx

    content = bytearray()
    try:
        with (
            httpx.Client(timeout=30, follow_redirects=False) as client,
            client.stream("GET", url, params=parameters) as response,
        ):
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise UnreadableSourceError("too-large", f"{url}: over {MAX_BYTES:,} bytes")
    except httpx.HTTPError as error:
        detail = f"{url}: {type(error).__name__}: {error}"
        raise UnreadableSourceError("unreachable", detail) from error
    if response.status_code == 429 or response.status_code >= 500:
        reason = "throttled" if response.status_code == 429 else "unreachable"
        raise UnreadableSourceError(reason, f"{url}: HTTP status {response.status_code}")
    answer = _parsed(bytes(content), url)
    if "error_id" in answer:
        throttled = answer["error_id"] == _THROTTLE_VIOLATION
        reason = "throttled" if throttled else "malformed-answer"
        raise UnreadableSourceError(reason, f"{url}: {answer.get('error_message')}")
    if isinstance(wait := answer.get("backoff"), int) and wait > 0:
        if wait > _LONGEST_WAIT:
            raise UnreadableSourceError("throttled", f"{url}: asked to wait for {wait} s")
        time.sleep(wait)
    return answer


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableSourceError("malformed-answer", f"{name} is not JSON: {error}") from error
    if not isinstance(answer, dict):
        raise UnreadableSourceError("malformed-answer", f"{name} is not a JSON object")
    return answer


def _items(answer: dict[str, Any], name: str) -> list[Any]:
    items = answer.get("items")
    if not isinstance(items, list):
        raise UnreadableSourceError("malformed-answer", f"{name} has no list of items")
    return items
