"""What stays the same as long as there is nothing new about a tag: found out without reading it."""

from pathlib import Path

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.stackexchange.api import Api
from cncf_llm.ingest.stackexchange.mirror import is_tag

METHOD = "/questions"


def file_state(tag: str, mirror: Path) -> str:
    """Return size and date (whole seconds) of the tag's file in a mirror.

    Raises `UnreadableSourceError`: `refused-tag`, `not-in-mirror`.
    """
    _refuse(tag)
    path = mirror / "stackexchange" / f"{tag}.jsonl"
    if not path.is_file():
        raise UnreadableSourceError("not-in-mirror", f"the mirror has no stackexchange/{tag}.jsonl")
    found = path.stat()
    return f"{found.st_size} bytes of {int(found.st_mtime)}"


def tag_state(api: Api, tag: str, known: str | None = None) -> str:
    """Return when a question with the tag was last active (epoch seconds), in one request.

    `known` is returned when nothing is newer: a question that was deleted is no news. Raises
    `UnreadableSourceError`: `refused-tag`, `malformed-answer`, and those of `Api.ask`.
    """
    _refuse(tag)
    newest = {"tagged": tag, "sort": "activity", "order": "desc", "page": 1, "pagesize": 1}
    items = api.ask(METHOD, METHOD, newest)["items"]
    if not items:
        return known or "0"
    date = items[0].get("last_activity_date") if isinstance(items[0], dict) else None
    if type(date) is not int:
        raise UnreadableSourceError("malformed-answer", f"[{tag}]: no last_activity_date")
    return known if known and known.isdecimal() and int(known) >= date else str(date)


def _refuse(tag: str) -> None:
    if not is_tag(tag):
        raise UnreadableSourceError("refused-tag", f"{tag!r} is not a Stack Overflow tag")
