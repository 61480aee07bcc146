"""One line of a data dump's `Posts.xml` into a post as the API would give it.

The dump (https://meta.stackexchange.com/questions/2677) has one `<row .../>` on each line, since
line ends within attributes are written as character references.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from xml.parsers import expat

SITE = "https://stackoverflow.com"
_TYPE = re.compile(rb' PostTypeId="(\d{1,3})"')
_PARENT = re.compile(rb' ParentId="(\d{1,18})"')
_TAGS = re.compile(rb' Tags="([^"]{0,1000})"')
_TAG = re.compile(r"[^<>|]+")


class RowError(Exception):
    """A row cannot be read: a reason code and a detail for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Kind:
    """What a row is, found without parsing it: `tags` of a question, `parent` of an answer."""

    tags: frozenset[str] = frozenset()
    parent: int | None = None


def kind_of(line: bytes) -> Kind:
    """Return the kind of a row; posts that are neither question nor answer have no tag or parent.

    A raw `"` cannot stand within an attribute, so text in a body does not look like an attribute.
    Raises `RowError`: `no-type`, `no-parent`, `no-tags`.
    """
    found = _TYPE.search(line)
    if not found:
        raise RowError("no-type", "no attribute PostTypeId")
    if found[1] == b"1":
        tags = _TAGS.search(line)
        if not tags:
            raise RowError("no-tags", "a question without the attribute Tags")
        text = tags[1].decode("utf-8", "replace").replace("&lt;", "<").replace("&gt;", ">")
        return Kind(tags=frozenset(_TAG.findall(text)))
    if found[1] == b"2":
        parent = _PARENT.search(line)
        if not parent:
            raise RowError("no-parent", "an answer without the attribute ParentId")
        return Kind(parent=int(parent[1]))
    return Kind()


def parse_post(line: bytes) -> dict[str, Any]:
    """Return a question (`question_id`, `accepted_answer_id`) or answer (`answer_id`).

    Each row is a document of its own to the parser, which so never sees a DOCTYPE or an entity.
    Raises `RowError`: `not-well-formed`, `missing-attribute`, `bad-value`.
    """
    values = _attributes(line)
    try:
        post: dict[str, Any] = {
            "score": _whole(values["Score"]),
            "creation_date": _seconds(values["CreationDate"]),
            "body": values["Body"],
            "owner": _owner(values),
        }
        if named := values.get("ContentLicense"):
            post["content_license"] = named
        number = _whole(values["Id"])
        if values["PostTypeId"] == "2":
            return post | {"answer_id": number, "question_id": _whole(values["ParentId"])}
        post["question_id"] = number
        post["link"] = f"{SITE}/questions/{number}"
        post["title"] = escape(values["Title"])  # the API gives titles as HTML
        changed = values.get("LastActivityDate") or values["CreationDate"]
        post["last_activity_date"] = _seconds(changed)
        if accepted := values.get("AcceptedAnswerId"):
            post["accepted_answer_id"] = _whole(accepted)
        return post
    except KeyError as error:
        raise RowError("missing-attribute", f"no attribute {error}") from error
    except (ValueError, OverflowError) as error:
        raise RowError("bad-value", str(error)[:200]) from error


def _attributes(line: bytes) -> dict[str, str]:
    rows: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, attributes: rows.append((name, attributes))
    try:
        parser.Parse(line, True)
    except expat.ExpatError as error:
        raise RowError("not-well-formed", str(error)) from error
    if len(rows) != 1 or rows[0][0] != "row":
        raise RowError("not-well-formed", "not one element `row`")
    return rows[0][1]


def _owner(values: dict[str, str]) -> dict[str, str]:
    """Return whom to name: without Users.xml the profile's address stands for an unknown name."""
    user, name = values.get("OwnerUserId", ""), values.get("OwnerDisplayName", "")
    if not user.isdecimal():
        return {"display_name": escape(name)} if name else {}
    return {
        "display_name": escape(name) or f"user {user}",
        "link": f"{SITE}/users/{user}",
    }


def _seconds(text: str) -> int:
    """Return epoch seconds of a date of the dump, which is in UTC and does not say so."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _whole(text: str) -> int:
    number = int(text[:20])
    if abs(number) >= 2**53:
        raise ValueError(f"{text[:20]} is too large")
    return number
