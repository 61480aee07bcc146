"""CNCF_LLM_OFFLINE: whatever could leave the machine is refused, before a connection is tried.

The table of docs/operations.md. Names are resolved to a public address, and no socket may connect.
"""

import socket
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.mirror import mirror_repositories
from cncf_llm.defs.automation.delivery import DeliveryError, deliver
from cncf_llm.ingest import OfflineError, read_repositories, read_stackoverflow, read_website
from cncf_llm.ingest.changes import REPOSITORY, WEBSITE, Source, source_state
from cncf_llm.landscape import LandscapeError, read_landscape
from cncf_llm.questions.written.address import EndpointAddressError, check_address
from cncf_llm.settings import Settings
from cncf_llm.training.base_model import BaseModelError, resolve_base_model

REPO = "https://github.com/etcd-io/etcd"
SITE = "https://etcd.io/"
MESSAGE = {"title": "a run failed", "text": "etcd"}


def settings(**values: Any) -> Settings:
    return Settings(offline=True, **values)


def repositories(folder):
    read_repositories("etcd", [REPO], mirror=None, cache=folder, offline=True)


def state_of_repository(folder):
    source = Source(REPOSITORY, REPO, "github.com")
    source_state(source, None, mirror=None, offline=True)


def website(folder):
    read_website("etcd", [SITE], mirror=None, crawl=True, offline=True)


def state_of_website(folder):
    source_state(Source(WEBSITE, "etcd.io", "etcd.io", (SITE,)), None, mirror=None, offline=True)


def stackoverflow(folder):
    read_stackoverflow("etcd", ["etcd"], mirror=None, crawl=True, offline=True)


def landscape(folder):
    read_landscape("https://raw.githubusercontent.com/cncf/landscape.yml", offline=True)


def hub(folder):
    resolve_base_model("acme/model", folder, offline=True, allowed_licences=["mit"])


def endpoint(folder):
    check_address("https://llm.example/v1", offline=True, key=False)


def webhook(folder):
    deliver(MESSAGE, settings(webhook_url="https://hooks.example/secret"))


def mail(folder):
    deliver(MESSAGE, settings(email_to="a@example.org", smtp_url="smtps://mail.example:465"))


def mirror(folder):
    mirror_repositories(settings(), Console(file=StringIO()), folder / "mirror", ["etcd"])


@pytest.fixture
def watched(monkeypatch):
    """Return the addresses that were connected to; each attempt fails."""
    tried = []

    def connect(self, address):
        tried.append(address)
        raise OSError("no way out")

    def resolve(host, port, *rest, **more):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port or 0))]

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return tried


@pytest.mark.parametrize(
    ("leave", "error"),
    [
        (repositories, OfflineError),
        (state_of_repository, OfflineError),
        (website, OfflineError),
        (state_of_website, OfflineError),
        (stackoverflow, OfflineError),
        (landscape, LandscapeError),
        (hub, BaseModelError),
        (endpoint, EndpointAddressError),
        (webhook, DeliveryError),
        (mail, DeliveryError),
        (mirror, UsageError),
    ],
)
def test_it_is_refused_and_nothing_is_tried(leave, error, watched, tmp_path):
    with pytest.raises(error, match=r"(?i)offline"):
        leave(tmp_path)
    assert watched == []


def test_without_offline_the_same_would_be_tried(watched):
    with pytest.raises(DeliveryError, match="cannot be reached"):
        deliver(MESSAGE, Settings(offline=False, webhook_url="https://hooks.example/secret"))  # type: ignore[arg-type]
    assert watched
