"""Questions and answers about a project from Stack Overflow."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.ingest.errors import MirrorError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.stackexchange import API, ask_questions, questions_in_mirror
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.store import DROPS, content_hash, stable_id

_TAG = re.compile(r"[a-z0-9+#][a-z0-9+#.-]{0,34}")
_LINK = re.compile(r"https://[a-z.]*stackoverflow\.com/\S+|sample:\S+")
# https://stackoverflow.com/help/licensing
_LICENCES = (("2011-04-08", "CC-BY-SA-2.5"), ("2018-05-02", "CC-BY-SA-3.0"))


def read_stackoverflow(
    project: str,
    tags: Sequence[str],
    *,
    mirror: Path | None,
    crawl: bool = False,
    offline: bool = False,
    previous: pl.DataFrame | None = None,
    base_url: str = API,
    key: str | None = None,
) -> Reading:
    """Read one page of the best-voted questions of each tag, with their answers.

    A row is a question: HTML of title, question and answers, the accepted one first, then by
    score. With a `mirror`, `<mirror>/stackexchange/<tag>.json` (an answer of the API whose items
    have `answers`) is read and nothing is contacted; without one, the API at `base_url` is asked
    only if `crawl` is on. Where that fails, `previous` rows are kept. Facts: `documents`, `added`,
    `removed`, `quota_remaining` (null when the API was not asked).

    Drop reasons of tags: `not-in-mirror`, `crawling-is-off`, `refused-tag`, `unreachable`,
    `throttled`, `quota-exhausted`, `malformed-answer`, `too-large`; of questions:
    `malformed-question`, `no-answer`. Raises `MirrorError`, `OfflineError` as `read_website` does.
    """
    if mirror is not None and not mirror.is_dir():
        raise MirrorError(f"The mirror {mirror} is not a folder. Mend or unset CNCF_LLM_MIRROR.")
    if offline and crawl and mirror is None and tags:
        raise OfflineError(
            f"Asking Stack Overflow about {project} would leave this machine, but CNCF_LLM_OFFLINE "
            "is on. Set CNCF_LLM_MIRROR, or turn CNCF_LLM_CRAWL or CNCF_LLM_OFFLINE off."
        )
    drops: list[dict[str, Any]] = []

    def drop(item: str, reason: str, detail: str) -> None:
        drops.append({"project": project, "item": item, "reason": reason, "detail": detail})

    rows: dict[str, dict[str, Any]] = {}
    quota = None
    failed = False
    for tag in tags:
        try:
            if not _TAG.fullmatch(tag) or ".." in tag:
                raise UnreadableSourceError("refused-tag", f"{tag!r} is not a Stack Overflow tag")
            if mirror is not None:
                questions = questions_in_mirror(tag, mirror)
            elif not crawl:
                raise UnreadableSourceError(
                    "crawling-is-off", "set CNCF_LLM_CRAWL to ask Stack Overflow"
                )
            else:
                questions, quota = ask_questions(tag, base_url=base_url, key=key, quota=quota)
        except UnreadableSourceError as error:
            drop(f"[{tag}]", error.reason, error.detail)
            failed |= mirror is None and crawl and error.reason != "refused-tag"
            continue
        for question in questions:
            name = f"[{tag}] {question.get('question_id') if isinstance(question, dict) else '?'}"
            try:
                row = _row(project, question)
            except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
                drop(name, "malformed-question", f"{type(error).__name__}: {error}")
                continue
            if row is None:
                drop(name, "no-answer", "a question alone teaches nothing")
            else:
                rows.setdefault(row["path"], row)  # one question may have several of the tags
    table = DOCUMENTS.frame(rows.values())
    before = previous if previous is not None else DOCUMENTS.frame()
    if failed:
        kept = before.filter(~pl.col("document_id").is_in(table["document_id"].implode()))
        table = pl.concat([table, kept.select(DOCUMENTS.schema.names())])
    table = table.sort("path")
    old, new = set(before["document_id"]), set(table["document_id"])
    facts = {
        "documents": table.height,
        "added": len(new - old),
        "removed": len(old - new),
        "quota_remaining": quota,
    }
    return Reading(table, DROPS.frame(drops), facts)


def _row(project: str, question: Any) -> dict[str, Any] | None:
    """Return the row of a question, None when nobody answered it."""
    answers = sorted(
        question.get("answers") or [],
        key=lambda answer: (
            not answer.get("is_accepted"),
            -int(answer["score"]),
            int(answer["answer_id"]),
        ),
    )
    if not answers:
        return None
    number = str(int(question["question_id"]))
    link = str(question.get("link", ""))
    url = link if _LINK.fullmatch(link) else f"https://stackoverflow.com/questions/{number}"
    content = _html(question, answers).encode("utf-8", "replace")
    posts = [question, *answers]
    changed = int(question.get("last_activity_date") or question["creation_date"])
    return {
        "document_id": stable_id("doc", "stackoverflow", "stackoverflow.com", number),
        "project": project,
        "source": "stackoverflow",
        "repository": "stackoverflow.com",
        "path": number,
        "revision": datetime.fromtimestamp(changed, UTC).date().isoformat(),
        "url": url,
        "media_type": "text/html",
        "licence": " AND ".join(sorted({_licence(post) for post in posts})),
        "licence_source": "https://stackoverflow.com/help/licensing",
        "attribution": _attribution(question, answers, url),
        "content": content,
        "content_hash": content_hash(content),
    }


def _html(question: dict[str, Any], answers: Sequence[dict[str, Any]]) -> str:
    """Return one page; title and bodies are HTML already when they come from the API."""
    parts = [f"<h1>{question['title']}</h1>", str(question["body"])]
    for answer in answers:
        heading = "Accepted answer" if answer.get("is_accepted") else "Answer"
        parts += [f"<h2>{heading}</h2>", str(answer["body"])]
    body = "\n".join(parts)
    title = f"<title>{question['title']}</title>"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"{title}</head>\n<body><article>\n{body}\n</article></body></html>\n"
    )


def _licence(post: dict[str, Any]) -> str:
    """Return the licence that holds for a post by the date on which it was written."""
    date = datetime.fromtimestamp(int(post["creation_date"]), UTC).date().isoformat()
    return next((licence for before, licence in _LICENCES if date < before), "CC-BY-SA-4.0")


def _attribution(question: dict[str, Any], answers: Sequence[dict[str, Any]], url: str) -> str:
    """Return who wrote question and answers, with links, as the licence asks."""

    def author(post: dict[str, Any]) -> str:
        owner = post.get("owner") or {}
        name = unescape(str(owner.get("display_name") or "an unnamed author"))
        link = str(owner.get("link") or "")
        return f"{name} ({link})" if link.startswith("https://") else name

    names = list(dict.fromkeys(author(answer) for answer in answers))
    title = unescape(str(question["title"]))
    return f'"{title}", {url}, asked by {author(question)}, answered by {", ".join(names)}'
