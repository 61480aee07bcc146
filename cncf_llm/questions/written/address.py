"""Where an endpoint is: an address that may be used, and whether it lies outside."""

import ipaddress
import socket
from urllib.parse import urlsplit


class EndpointAddressError(Exception):
    """CNCF_LLM_LLM_BASE_URL cannot be used. The message says why and what to do."""


def check_address(base_url: str, *, offline: bool, key: bool) -> str:
    """Return the URL of the endpoint's chat completions.

    Refused are: what is no http(s) URL; a user, query or fragment in it (a secret there would be
    logged); with `offline` a host that has any public address; and a public host over plain http
    when there is a `key`, which would travel readable. An endpoint within a cluster or a private
    network is no way out, so `offline` lets it pass. Raises `EndpointAddressError`.
    """
    try:
        url = urlsplit(base_url)
        host, _ = url.hostname, url.port
    except ValueError as error:
        raise EndpointAddressError(f"CNCF_LLM_LLM_BASE_URL is not a URL: {error}") from None
    if url.scheme not in ("http", "https") or not host:
        raise EndpointAddressError(
            "CNCF_LLM_LLM_BASE_URL must look like http://host:8000/v1 or https://host/v1"
        )
    if "@" in url.netloc or url.query or url.fragment:
        raise EndpointAddressError(
            f"CNCF_LLM_LLM_BASE_URL for {host} has a user, query or fragment: "
            "a secret belongs into CNCF_LLM_LLM_API_KEY"
        )
    if offline and not is_inside(host, "CNCF_LLM_LLM_BASE_URL"):
        raise EndpointAddressError(
            f"CNCF_LLM_LLM_BASE_URL names {host}, which is outside this machine and its private "
            "networks, and CNCF_LLM_OFFLINE is on: name an endpoint inside, or unset one of both"
        )
    if key and url.scheme == "http" and not is_inside(host, "CNCF_LLM_LLM_BASE_URL"):
        raise EndpointAddressError(
            f"the key for {host} would travel unencrypted: use https in CNCF_LLM_LLM_BASE_URL"
        )
    return f"{base_url.rstrip('/')}/chat/completions"


def is_inside(host: str, setting: str) -> bool:
    """Tell whether all addresses of a host are of this machine or of private networks.

    Raises `EndpointAddressError`, with the name of the setting, when it has none.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EndpointAddressError(
            f"{setting} names {host}, which has no address: {error}"
        ) from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    return all(address.is_private or address.is_loopback for address in addresses)
