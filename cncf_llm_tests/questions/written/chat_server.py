"""A real OpenAI-compatible server on a local port, its replies scripted, and an honest script."""

import json
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cncf_llm.questions.written.messages import Request

PASSAGE = re.compile(r"<<<PASSAGE \d+ (\w+)\n(.*?)\nPASSAGE \d+ \1>>>", re.DOTALL)
PAIRS = re.compile(r"<<<PAIRS (\w+)\n(.*?)\nPAIRS \1>>>", re.DOTALL)
KIND = re.compile(r"Kind of pair: (.*?)\.")


@dataclass
class Answer:
    """What the server sends. `content` is the model's text; `body`, where set, is sent instead."""

    content: str | None = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    finish: str = "stop"
    wait: float = 0.0
    hang_up: bool = False

    def encoded(self) -> bytes:
        if self.body is not None:
            return self.body
        message = {"role": "assistant", "content": self.content}
        return json.dumps(
            {
                "choices": [{"index": 0, "message": message, "finish_reason": self.finish}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }
        ).encode()


class ChatServer:
    """Counts requests by key and how many are under way. `script(body, nth)` gives each answer;
    `nth` counts the requests of the same key from 0."""

    def __init__(self, script):
        self.script = script
        self.asked = Counter()
        self.bodies = []
        self.authorization = set()
        self.under_way = self.most_under_way = self.finished = 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def _handler(chat):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                key = key_of(body)
                with chat._lock:
                    nth = chat.asked[key]
                    chat.asked[key] += 1
                    chat.bodies.append(body)
                    chat.authorization.add(self.headers["Authorization"])
                    chat.under_way += 1
                    chat.most_under_way = max(chat.most_under_way, chat.under_way)
                try:
                    answer = chat.script(body, nth)
                    time.sleep(answer.wait)
                finally:
                    with chat._lock:
                        chat.under_way -= 1
                        chat.finished += 1
                if answer.hang_up:
                    self.close_connection = True
                    return
                content = answer.encoded()
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True

            def log_message(self, *arguments):
                pass

        return Handler

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()


def key_of(body):
    """Return the key of the request that a body was made from, whatever form it has."""
    form = body.get("response_format", {}).get("json_schema", {})
    return Request(
        model=body["model"],
        system=body["messages"][0]["content"],
        user=body["messages"][1]["content"],
        schema=form.get("schema", {}),
        seed=body.get("seed", -1),
        temperature=body.get("temperature", -1.0),
    ).key


def honest(body, nth=0):
    """Reply as a good model would: quote what the passage says, rephrase without losing a fact."""
    system, user = (message["content"] for message in body["messages"])
    project = re.search(r"cloud-native project (.+?)\.\s", system)[1]
    if listed := PAIRS.search(user):
        pairs = [
            {
                "number": pair["number"],
                "question": f"Could you tell me: {pair['question']}",
                "answer": f"In short: {pair['answer']}",
            }
            for pair in json.loads(listed[2])
        ]
        return Answer(json.dumps({"paraphrases": pairs}))
    texts = [text for _, text in PASSAGE.findall(user)]
    sections = [re.search(r"Section: (.*)", text)[1] for text in texts]
    quotes = [sentence(text.split("\n\n", 1)[1]) for text in texts]
    question = f"What does {project} say of {sections[0]}?"
    said = " ".join(quotes)
    kind = KIND.search(" ".join(system.split()))[1]
    if kind.startswith("a manifest"):
        manifest = re.search(r"```yaml\n.*?\n```", user, re.DOTALL)[0]
        question = f"Write a manifest that {project} can read for {sections[0]}."
        said = f"{manifest}\n\nIt sets what is asked for."
        quotes = [" ".join(manifest.splitlines()[1:3])]
    elif kind.startswith("a question that the passage leaves"):
        question = (
            f'According to the section "{sections[0]}" of the {project} documentation, '
            "who wrote the first version of it?"
        )
        said = f"That section does not state it. It says this: {said}"
    else:
        question = f"{question[:-1]}, as {kind}?"
    pair = {"question": question, "answer": said, "evidence": quotes}
    return Answer(json.dumps({"pairs": [pair]}))


def sentence(text):
    """Return the first sentence of a text."""
    return re.match(r".*?[.](?=\s|$)", text, re.DOTALL)[0]
