"""Notifications about real failed runs, to a real HTTP server and a real SMTP server."""

import json
import socketserver
import threading
from email import message_from_string
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.delivery import DeliveryError
from cncf_llm.defs.automation.notifications import notify_failure
from cncf_llm.settings import Settings

NOWHERE = "http://127.0.0.1:9/hook-secret"  # the discard port: nobody listens


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_):
        pass


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as one message takes."""

    def handle(self):
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            if line.upper() == "DATA":
                self.say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                self.server.got.append("\n".join(lines))
            refused = line.upper().startswith("RCPT") and self.server.answer != 250
            goodbye = line.upper() == "QUIT"
            self.say("550 no such mailbox" if refused else "221 bye" if goodbye else "250 fine")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def serve():
    servers = []

    def serve(kind, handler, answer):
        server = kind(("127.0.0.1", 0), handler)
        server.got, server.answer = [], answer
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server, server.server_address[1]

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def failed():
    """A run that failed, and what its sensor is given."""

    @dg.op
    def unified_corpus():
        raise ValueError("the documents are damaged")

    @dg.job(tags={"dagster/partition": "etcd", tags.REASON: "its sources changed"})
    def refresh_project():
        unified_corpus()

    with dg.DagsterInstance.ephemeral() as instance:
        result = refresh_project.execute_in_process(instance=instance, raise_on_error=False)
        event = next(e for e in result.all_events if e.is_run_failure)
        yield (
            lambda **settings: notify_failure(
                dg.build_run_status_sensor_context(
                    sensor_name="notify_failure",
                    dagster_event=event,
                    dagster_instance=instance,
                    dagster_run=result.dagster_run,
                    resources={"settings": Settings(**settings)},
                ).for_run_failure()
            ),
            result.run_id,
        )


def test_the_webhook_gets_project_reason_and_link(serve, failed):
    notify, run_id = failed
    server, port = serve(HTTPServer, Hook, 200)
    notify(webhook_url=f"http://127.0.0.1:{port}/hook", ui_url="https://dagster.example/")
    (message,) = server.got
    assert message["project"] == "etcd"
    assert message["reason"] == "unified_corpus: ValueError: the documents are damaged"
    assert message["text"].splitlines() == [
        "refresh_project failed for etcd",
        "unified_corpus: ValueError: the documents are damaged",
        "launched because: its sources changed",
        f"https://dagster.example/runs/{run_id}",
    ]


def test_a_mail_says_the_same_and_names_the_run_where_there_is_no_ui(serve, failed):
    notify, run_id = failed
    server, port = serve(socketserver.ThreadingTCPServer, Mailbox, 250)
    notify(email_to="team@example.org", smtp_url=f"smtp://127.0.0.1:{port}", offline=True)
    mail = message_from_string(server.got[0])
    assert mail["Subject"] == "refresh_project failed for etcd"
    assert mail["To"] == "team@example.org"
    assert f"run {run_id}" in mail.get_payload()


@pytest.mark.parametrize(
    ("answer", "said"), [(500, "answered 500"), (302, "answered 302")], ids=["error", "redirect"]
)
def test_a_webhook_that_refuses_is_a_failed_tick_without_its_url(serve, failed, answer, said):
    notify, _ = failed
    _, port = serve(HTTPServer, Hook, answer)
    with pytest.raises(DeliveryError, match=said) as error:
        notify(webhook_url=f"http://127.0.0.1:{port}/hook-secret")
    assert "secret" not in str(error.value)


def test_one_way_that_fails_does_not_keep_the_other_from_being_tried(serve, failed):
    notify, _ = failed
    server, port = serve(socketserver.ThreadingTCPServer, Mailbox, 250)
    with pytest.raises(DeliveryError, match="cannot be reached"):
        notify(
            webhook_url=NOWHERE, email_to="team@example.org", smtp_url=f"smtp://127.0.0.1:{port}"
        )
    assert len(server.got) == 1


def test_a_mail_server_that_refuses_or_would_see_the_password_is_an_error(serve, failed):
    notify, _ = failed
    _, port = serve(socketserver.ThreadingTCPServer, Mailbox, 550)
    with pytest.raises(DeliveryError, match="did not take it: SMTPRecipientsRefused"):
        notify(email_to="team@example.org", smtp_url=f"smtp://127.0.0.1:{port}")
    with pytest.raises(DeliveryError, match="would travel readable") as error:
        notify(email_to="team@example.org", smtp_url=f"smtp://me:secret@127.0.0.1:{port}")
    assert "secret" not in str(error.value)
    with pytest.raises(DeliveryError, match="CNCF_LLM_SMTP_URL is not"):
        notify(email_to="team@example.org")


@pytest.mark.parametrize("url", ["https://8.8.8.8/hook", "ftp://127.0.0.1/", "nonsense"])
def test_an_address_that_may_not_be_asked_is_an_error(failed, url):
    notify, _ = failed
    with pytest.raises(DeliveryError, match="CNCF_LLM_WEBHOOK_URL"):
        notify(webhook_url=url, offline=True)


def test_without_a_setting_nobody_is_told(failed):
    notify, _ = failed
    assert isinstance(notify(), dg.SkipReason)
