"""Which answers of a site are documents."""

from typing import Any

HTML = "text/html"
MARKDOWN = "text/markdown"
_HTML = (HTML, "application/xhtml+xml")
_MARKDOWN_PATHS = (".md", ".markdown")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class UnwantedError(Exception):
    """An answer is no document: a reason code and a detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def media_type_of(response: Any) -> str:
    """Return the media type of a response of Scrapy: HTML, PDF, Markdown, or plain text in docs.

    Raises `UnwantedError`: `unsupported-encoding`, `unsupported-media-type`, `empty-page`,
    `not-html`, `not-text`.
    """
    body: bytes = response.body
    if encoding := response.headers.get("Content-Encoding"):  # what Scrapy could not unpack
        raise UnwantedError("unsupported-encoding", f"packed as {encoding.decode('latin-1')}")
    if body.startswith(b"%PDF-"):
        return "application/pdf"
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    media_type = _documentary(declared.partition(";")[0].strip().lower(), response.url)
    if media_type is None:
        raise UnwantedError("unsupported-media-type", f"served as {declared or 'nothing'}")
    if not body.strip():
        raise UnwantedError("empty-page", "the page has no content")
    if b"\0" in body[:65_536] and not body.startswith(_UTF_16):
        kind = "not-html" if media_type == HTML else "not-text"
        raise UnwantedError(kind, f"served as {declared}, but binary")
    return media_type


def _documentary(declared: str, url: str) -> str | None:
    path = url.partition("?")[0].lower()
    if declared in _HTML:
        return HTML
    if declared in (MARKDOWN, "text/x-markdown"):
        return MARKDOWN
    if declared == "text/plain" and path.endswith(_MARKDOWN_PATHS):
        return MARKDOWN
    if declared == "text/plain" and "/docs/" in path:
        return "text/plain"
    return None
