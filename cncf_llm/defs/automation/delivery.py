"""How a message leaves: JSON to a webhook, text by SMTP. Small, soon given up, and no redirects."""

import json
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from http.client import HTTPException
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

from cncf_llm.questions.written import EndpointAddressError, is_inside
from cncf_llm.settings import Settings

_SECONDS = 10


class DeliveryError(Exception):
    """A message was not delivered. It names the host; the URL is a secret and stays out."""


def deliver(message: Mapping[str, str], settings: Settings) -> list[str]:
    """Send the message wherever the settings say; return the names of those ways.

    `message` has a `title`, a `text`, and whatever else the webhook is to get. Raises
    `DeliveryError` when one of the ways fails, after both were tried.
    """
    sent: list[str] = []
    problems: list[str] = []
    for name, wanted, send in (
        ("the webhook", settings.webhook_url, _post),
        (settings.email_to or "", settings.email_to, _mail),
    ):
        if wanted:
            try:
                send(message, settings)
                sent.append(name)
            except DeliveryError as error:
                problems.append(str(error))
    if problems:
        raise DeliveryError("; ".join(problems))
    return sent


class _NoRedirect(request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


def _post(message: Mapping[str, str], settings: Settings) -> None:
    url = settings.webhook_url.get_secret_value() if settings.webhook_url else ""
    host = _host("CNCF_LLM_WEBHOOK_URL", url, ("http", "https"), settings.offline)
    # Offline no proxy may carry it out.
    handlers = [_NoRedirect(), *([request.ProxyHandler({})] if settings.offline else [])]
    body = json.dumps(message).encode()
    headers = {"Content-Type": "application/json"}
    try:
        # The scheme is http or https: `_host` saw to it.
        asked = request.Request(url, body, headers)  # noqa: S310
        with request.build_opener(*handlers).open(asked, timeout=_SECONDS) as answer:
            answer.read(1024)
    except HTTPError as error:
        raise DeliveryError(f"the webhook at {host} answered {error.code}") from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or type(error).__name__
        raise DeliveryError(f"the webhook at {host} cannot be reached: {why}") from None


def _mail(message: Mapping[str, str], settings: Settings) -> None:
    if settings.smtp_url is None:
        raise DeliveryError("CNCF_LLM_EMAIL_TO is set and CNCF_LLM_SMTP_URL is not")
    url = settings.smtp_url.get_secret_value()
    host = _host("CNCF_LLM_SMTP_URL", url, ("smtp", "smtps"), settings.offline)
    parts = urlsplit(url)
    mail = EmailMessage()
    try:
        mail["Subject"] = message["title"].replace("\n", " ")[:200]
        mail["To"] = settings.email_to
        mail["From"] = settings.email_from or settings.email_to
        mail.set_content(message["text"])
        secure = ssl.create_default_context()
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_SECONDS, context=secure)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=_SECONDS)
        with server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=secure)
            if parts.username:
                if parts.scheme == "smtp" and not isinstance(server.sock, ssl.SSLSocket):
                    raise DeliveryError(f"{host} offers no TLS: its password would travel readable")
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"the mail server {host} answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # Their texts may repeat what was sent.
        why = type(error).__name__
        raise DeliveryError(f"the mail server {host} did not take it: {why}") from None


def _host(setting: str, url: str, schemes: tuple[str, ...], offline: bool) -> str:
    """Return the URL's host when it may be asked. Raises `DeliveryError`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in schemes or not host:
        raise DeliveryError(f"{setting} must look like {schemes[0]}://host…")
    if offline:
        try:
            inside = is_inside(host, setting)
        except EndpointAddressError as error:
            raise DeliveryError(str(error)) from None
        if not inside:
            raise DeliveryError(
                f"{setting} names {host}, which is outside, and CNCF_LLM_OFFLINE is on"
            )
    return host
