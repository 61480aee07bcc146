"""The fields of a landscape item, read by type: what a stranger wrote may be anything."""

import datetime
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MAX_TEXT = 20_000  # characters of one field; the longest at hand has 3,400

# Control characters other than tab and newline, marks that turn the reading direction, and halves
# of characters, which cannot be written as UTF-8.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_URL = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#]\S*)?")


@dataclass
class Fields:
    """The fields of one item, read by type.

    A field that is not what the landscape format says is read as missing and added to `refused`
    as (reason, detail), so that one mistake does not cost the project.
    """

    values: dict[str, Any]
    place: str = ""
    refused: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, key: str, problem: str, reason: str = "malformed-field") -> None:
        self.refused.append((reason, f"{self.place}{key} {problem}"))

    def text(self, key: str) -> str | None:
        """Return a text without white space around it, or None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            return self.refuse(key, f"is {type(value).__name__} instead of text")
        if len(value) > MAX_TEXT:
            return self.refuse(key, f"has {len(value)} characters, limit {MAX_TEXT}")
        if found := _UNPRINTABLE.search(value):
            return self.refuse(key, f"contains {found.group()!a}")
        return value.strip() or None

    def url(self, key: str, *schemes: str) -> str | None:
        """Return an address of one of the schemes, without user name, of printable ASCII."""
        value = self.text(key)
        if value is None:
            return None
        if (
            not _URL.fullmatch(value)
            or not value.isascii()
            or urlsplit(value).scheme not in schemes
        ):
            allowed = " or ".join(schemes)
            shown = re.sub("//[^/]*@", "//...@", value[:200])  # a password, perhaps
            return self.refuse(key, f"is {shown!r}, not an {allowed} address", "refused-url")
        return value

    def date(self, key: str) -> str | None:
        """Return a date as ISO text."""
        value = self.values.get(key)
        if isinstance(value, datetime.date):  # written without quotes
            return value.isoformat()[:10]
        text = self.text(key)
        if text is None:
            return None
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            return self.refuse(key, f"is {text[:100]!r} instead of a date such as 2024-06-18")

    def list(self, key: str) -> list[Any]:
        value = self.values.get(key)
        if value is None or isinstance(value, list):
            return value or []
        self.refuse(key, f"is {type(value).__name__} instead of a list")
        return []

    def mapping(self, key: str) -> "Fields":
        """Return the fields below a key. What they refuse is added to the same list."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, dict):
            self.refuse(key, f"is {type(value).__name__} instead of a mapping")
            value = None
        return Fields(value or {}, f"{self.place}{key}.", self.refused)
