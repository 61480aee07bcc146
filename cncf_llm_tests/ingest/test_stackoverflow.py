import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from cncf_llm.ingest import DOCUMENTS, MirrorError, OfflineError, read_stackoverflow
from cncf_llm.store import count_reasons


def post(number: int, date: int = 1_700_000_000, **more) -> dict:
    return {
        "score": 1,
        "creation_date": date,
        "body": f"<p>body {number}</p>",
        "owner": {"display_name": f"U&amp;{number}", "link": f"https://so.example/{number}"},
    } | more


def question(number: int, answers: list[dict] | None = None, **more) -> dict:
    one = post(number, question_id=number, title="Why &lt;x&gt;?", last_activity_date=1_700_000_100)
    one |= {"link": f"https://stackoverflow.com/questions/{number}/why"} | more
    return one if answers is None else one | {"answers": answers}


def saved(mirror, tag, items):
    folder = mirror / "stackexchange"
    folder.mkdir(exist_ok=True)
    (folder / f"{tag}.json").write_text(json.dumps({"items": items, "has_more": False}))


def test_a_question_with_its_answers_becomes_a_row(mirror):
    answers = [
        post(2, answer_id=2, score=9),
        post(3, answer_id=3, score=1, is_accepted=True),
        post(4, answer_id=4, score=9, creation_date=1_300_000_000),
    ]
    saved(mirror, "tool", [question(7, answers, creation_date=1_500_000_000)])
    documents, drops, facts = read_stackoverflow("tool", ["tool"], mirror=mirror)
    assert documents.schema == DOCUMENTS.schema
    (row,) = documents.to_dicts()
    html = row["content"].decode()
    order = [html.index(text) for text in ("body 7", "body 3", "body 2", "body 4")]
    assert order == sorted(order)
    assert "<h1>Why &lt;x&gt;?</h1>" in html
    assert html.count("<h2>Accepted answer</h2>") == 1
    assert row["licence"] == "CC-BY-SA-2.5 AND CC-BY-SA-3.0 AND CC-BY-SA-4.0"
    assert row["url"] == "https://stackoverflow.com/questions/7/why"
    assert row["revision"] == "2023-11-14"
    assert row["path"] == "7"
    assert row["attribution"] == (
        '"Why <x>?", https://stackoverflow.com/questions/7/why, asked by U&7 '
        "(https://so.example/7), answered by U&3 (https://so.example/3), U&2 "
        "(https://so.example/2), U&4 (https://so.example/4)"
    )
    assert drops.is_empty()
    assert facts == {"documents": 1, "added": 1, "removed": 0, "quota_remaining": None}


def test_bad_items_and_tags_are_drops(mirror):
    good = question(1, [post(2, answer_id=2)])
    saved(mirror, "tool", [good, question(2), "text", {"question_id": 3, "answers": [{}]}])
    saved(mirror, "again", [good, question(5, [post(6, answer_id=6)], link="javascript:x")])
    for tag, content in (("broken", "{"), ("listed", "[]"), ("bare", "{}")):
        (mirror / "stackexchange" / f"{tag}.json").write_text(content)
    tags = ["tool", "again", "none", "../tool", "-x", "broken", "listed", "bare"]
    reading = read_stackoverflow("tool", tags, mirror=mirror)
    assert reading.documents["path"].to_list() == ["1", "5"]
    assert reading.documents["url"][1] == "https://stackoverflow.com/questions/5"
    assert count_reasons(reading.drops) == {
        "malformed-answer": 3,
        "malformed-question": 2,
        "refused-tag": 2,
        "no-answer": 1,
        "not-in-mirror": 1,
    }


def test_nothing_is_asked_unless_crawling_is_on(mirror):
    off = read_stackoverflow("tool", ["tool"], mirror=None)
    assert count_reasons(off.drops) == {"crawling-is-off": 1}
    with pytest.raises(OfflineError, match="Stack Overflow about tool"):
        read_stackoverflow("tool", ["tool"], mirror=None, crawl=True, offline=True)
    with pytest.raises(MirrorError):
        read_stackoverflow("tool", ["tool"], mirror=mirror / "none")


class Api(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self):
        self.asked.append(self.path)
        parts = urlsplit(self.path)
        tag = parse_qs(parts.query).get("tagged", [""])[0]
        if tag == "slow-down":
            return self.answer({"error_id": 502, "error_message": "too many requests"}, 400)
        if tag == "wait":
            return self.answer({"items": [], "backoff": 3600})
        if tag == "busy":
            return self.answer({}, 503)
        if tag == "page":
            return self.answer({}, 429)
        if parts.path == "/2.3/questions":
            found = [question(1), question(2)]
            return self.answer({"items": found, "quota_remaining": 2, "backoff": 1})
        if parts.path == "/2.3/questions/1%3B2/answers":
            found = [post(8, answer_id=8, question_id=1)]
            return self.answer({"items": found, "quota_remaining": 0})
        self.send_error(404)

    def answer(self, content: dict, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def api() -> Iterator[str]:
    Api.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ask(api, *tags, previous=None):
    return read_stackoverflow(
        "tool", tags, mirror=None, crawl=True, base_url=api, previous=previous
    )


def test_the_api_is_asked_for_questions_and_their_answers_until_the_quota_is_spent(api):
    reading = ask(api, "tool", "other")
    assert reading.documents["path"].to_list() == ["1"]
    assert reading.facts["quota_remaining"] == 0
    assert dict(reading.drops.select("item", "reason").iter_rows()) == {
        "[tool] 2": "no-answer",
        "[other]": "quota-exhausted",
    }
    assert len(Api.asked) == 2
    assert "filter=withbody" in Api.asked[0]


def test_an_api_that_refuses_leaves_what_was_read_before(api):
    before = ask(api, "tool").documents
    for tag, reason in (
        ("slow-down", "throttled"),
        ("wait", "throttled"),
        ("busy", "unreachable"),
        ("page", "throttled"),
    ):
        after = ask(api, tag, previous=before)
        assert count_reasons(after.drops) == {reason: 1}
        assert after.documents.equals(before)
    nobody = ask("http://127.0.0.1:9", "tool", previous=before)
    assert count_reasons(nobody.drops) == {"unreachable": 1}
    assert nobody.documents.equals(before)
