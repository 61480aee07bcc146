"""Name resolution of the crawling process: only public addresses. Imported there only.

The address that is checked here is the one that is connected to, so a name that changes its address
between check and use (DNS rebinding) gains nothing. Where a proxy is configured, the proxy resolves
the sites' names and must itself refuse private addresses; only its own name is resolved here.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from cncf_llm.ingest.website.public import is_public

TRUSTED_HOST = "CRAWL_TRUSTED_HOST"  # name of the Scrapy setting: the mirror's server
REFUSED: dict[str, str] = {}  # hosts none of whose addresses may be used, and one of these


@implementer(IHostnameResolver)
class PublicAddresses:
    """A resolver that leaves out each address that is not public.

    Nothing is cached: every new connection is checked.
    """

    reactor: Any = None

    def __init__(self, resolver: Any, trusted: set[str]) -> None:
        self.resolver = resolver
        self.trusted = trusted

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "PublicAddresses":
        trusted = {urlsplit(proxy).hostname or "" for proxy in getproxies().values()}
        found = cls(reactor.nameResolver, trusted | {crawler.settings.get(TRUSTED_HOST) or ""})
        found.reactor = reactor
        return found

    def install_on_reactor(self) -> None:
        self.reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        receiver = resolutionReceiver
        if hostName not in self.trusted:
            receiver = _PublicOnly(receiver, hostName)
        return self.resolver.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class _PublicOnly:
    def __init__(self, receiver: Any, host: str) -> None:
        self.receiver = receiver
        self.host = host
        self.refused: str | None = None
        self.passed = False

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803
        self.receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self.passed = True
            self.receiver.addressResolved(address)
        else:
            self.refused = address.host

    def resolutionComplete(self) -> None:  # noqa: N802
        if self.refused and not self.passed:
            REFUSED[self.host] = self.refused
        self.receiver.resolutionComplete()
