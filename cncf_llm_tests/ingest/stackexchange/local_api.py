"""A local server that answers like the Stack Exchange API, with the troubles that a test orders."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Trouble = Callable[[BaseHTTPRequestHandler], None]


def post(number: int, date: int = 1_700_000_000, **more: Any) -> dict[str, Any]:
    return {
        "score": 1,
        "creation_date": date,
        "body": f"<p>body {number}</p>",
        "owner": {"display_name": f"U&amp;{number}", "link": f"https://so.example/{number}"},
    } | more


def question(number: int, answers: list[dict] | None = None, **more: Any) -> dict[str, Any]:
    one = post(number, question_id=number, title="Why &lt;x&gt;?", last_activity_date=1_700_000_100)
    one |= {"link": f"https://stackoverflow.com/questions/{number}/why"} | more
    return one if answers is None else one | {"answers": answers}


class Site:
    """What the server knows: questions with `answers` and `tags`, its quota, troubles to come.

    `asked` has the path and parameters of each request. Each entry of `troubles` spoils one
    request; None lets one pass. `extra` is added to the next answers.
    """

    def __init__(self) -> None:
        self.questions: list[dict[str, Any]] = []
        self.quota = 300
        self.troubles: list[Trouble | None] = []
        self.extra: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""

    def add(self, *questions: dict[str, Any]) -> None:
        self.questions += [
            {"tags": ["tool"], "answer_count": len(each.get("answers", [])), **each}
            for each in questions
        ]

    def found(self, path: str, by: dict[str, str]) -> list[dict[str, Any]]:
        field = "score" if by["sort"] == "votes" else "last_activity_date"
        if path.endswith("/answers"):
            ids = {int(number) for number in path.split("/")[3].split(";")}
            assert len(ids) <= 100
            items = [
                {"question_id": each["question_id"], **answer}
                for each in self.questions
                if each["question_id"] in ids
                for answer in each["answers"]
            ]
        else:
            items = [
                {key: value for key, value in each.items() if key != "answers"}
                for each in self.questions
                if by["tagged"] in each["tags"]
                and int(by.get("min", -(10**9))) <= each[field] <= int(by.get("max", 10**18))
            ]
        return sorted(items, key=lambda item: item[field], reverse=by["order"] == "desc")


def respond(
    handler: BaseHTTPRequestHandler, content: Any, status: int = 200, **headers: str
) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def says(content: Any, status: int = 200, **headers: str) -> Trouble:
    return lambda handler: respond(handler, content, status, **headers)


def throttle(seconds: int | None = None) -> Trouble:
    message = "too many requests from this IP"
    message += f", more requests available in {seconds} seconds" if seconds is not None else ""
    error = {"error_id": 502, "error_message": message, "error_name": "throttle_violation"}
    return says(error, 400)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"items": [')
    handler.close_connection = True


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path).removeprefix("/2.3")
            by = {name: values[0] for name, values in parse_qs(parts.query).items()}
            site.asked.append((path, by))
            if site.troubles and (trouble := site.troubles.pop(0)):
                return trouble(self)
            if site.quota == 0:
                return throttle(40_000)(self)
            if int(by["page"]) > 25 and "key" not in by:
                return respond(self, {"error_id": 403, "error_message": "page above 25"}, 403)
            site.quota -= 1
            first = (int(by["page"]) - 1) * int(by["pagesize"])
            items = site.found(f"/2.3{path}", by)
            content = {
                "items": items[first : first + int(by["pagesize"])],
                "has_more": len(items) > first + int(by["pagesize"]),
                "quota_remaining": site.quota,
            }
            respond(self, content | (site.extra.pop(0) if site.extra else {}))

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()
