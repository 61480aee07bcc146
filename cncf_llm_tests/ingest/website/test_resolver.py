import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from cncf_llm.ingest.website.public import is_public
from cncf_llm.ingest.website.resolver import REFUSED, PublicAddresses


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:a9fe:a9fe::1",
        "64:ff9b::169.254.169.254",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


class Names:
    """A name server whose answers change from one question to the next."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver, host, port, types, transport):  # noqa: N802
        receiver.resolutionBegan(self)
        for address in self.answers.pop(0):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()


class Receiver:
    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.complete = False

    def resolutionBegan(self, _):  # noqa: N802
        pass

    def addressResolved(self, address):  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self):  # noqa: N802
        self.complete = True


def ask(resolver: PublicAddresses, host: str) -> list[str]:
    receiver = Receiver()
    resolver.resolveHostName(receiver, host, 443)
    assert receiver.complete
    return receiver.addresses


def test_a_name_that_changes_its_address_is_checked_each_time(monkeypatch):
    monkeypatch.setattr("cncf_llm.ingest.website.resolver.REFUSED", {})
    names = Names(["93.184.216.34"], ["127.0.0.1"], ["10.0.0.1", "93.184.216.34", "::1"])
    resolver = PublicAddresses(names, set())
    assert ask(resolver, "rebind.example") == ["93.184.216.34"]
    assert ask(resolver, "rebind.example") == []
    assert ask(resolver, "rebind.example") == ["93.184.216.34"]
    assert "rebind.example" not in REFUSED


def test_only_the_named_host_may_be_private():
    resolver = PublicAddresses(Names(["127.0.0.1"], ["127.0.0.1"]), {"proxy.example"})
    assert ask(resolver, "proxy.example") == ["127.0.0.1"]
    assert ask(resolver, "site.example") == []
    assert REFUSED.pop("site.example") == "127.0.0.1"
