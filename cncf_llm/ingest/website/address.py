"""Which addresses of a site are the same page, and which are alike."""

import re
from urllib.parse import urldefrag, urlsplit, urlunsplit

LONGEST_URL = 2_000
_NOISE = re.compile(
    r"utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|phpsessid|jsessionid|aspsessionid\w*|session_?id",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
_COUNTED = re.compile(r"[0-9a-f]{16,}|\d+")


def clean_url(url: str) -> str:
    """Return the URL without fragment, tracking parameters and session ids."""
    parts = urlsplit(urldefrag(url).url)
    query = [item for item in parts.query.split("&") if item]
    kept = [item for item in query if not _NOISE.fullmatch(item.partition("=")[0])]
    path = _PATH_SESSION.sub("", parts.path) or "/"
    # An untouched query stays as it is, to the last byte.
    rest = "&".join(kept) if len(kept) < len(query) else parts.query
    return urlunsplit((parts.scheme, parts.netloc, path, rest, ""))


def page_path(url: str) -> str:
    """Return what identifies a page on its site: path and query, `/index.html` being `/`."""
    parts = urlsplit(clean_url(url))
    path = "/" if parts.path == "/index.html" else parts.path
    return path + (f"?{parts.query}" if parts.query else "")


def alike(path: str) -> str:
    """Return what a page's path has in common with those that a program may make without end.

    Numbers and long hashes become `0` (a calendar), a folder counts once (relative links that lead
    ever deeper), and a query is only `?` (filters that combine).
    """
    path, question, _ = path.partition("?")
    folders = dict.fromkeys(_COUNTED.sub("0", path).split("/"))
    return "/".join(folders) + question
