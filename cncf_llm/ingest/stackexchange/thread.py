"""One question with its answers into a row of DOCUMENTS."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Any

from cncf_llm.store import content_hash, stable_id

MAX_ANSWERS = 5
_LINK = re.compile(r"https://[a-z.]*stackoverflow\.com/\S+|sample:\S+")
# https://stackoverflow.com/help/licensing
_LICENCES = (("2011-04-08", "CC-BY-SA-2.5"), ("2018-05-02", "CC-BY-SA-3.0"))
_NAMED = re.compile(r"CC BY-SA (2\.5|3\.0|4\.0)")


def thread_row(
    project: str, question: dict[str, Any], drop: Callable[[str, str, str], None]
) -> dict[str, Any] | None:
    """Return the row of a question with `answers`, None when none of them is worth reading.

    The content is HTML of title, question and answers: the accepted one first, then by score.
    `drop` is called with answer id, reason and detail. Reasons: `negative-score`, `answer-limit`,
    `malformed-answer`. Raises `KeyError`, `TypeError`, `ValueError` or `OverflowError` when the
    question itself is malformed.
    """
    answers = []
    for answer in question.get("answers") or []:
        number = str(answer.get("answer_id", "?"))[:20] if isinstance(answer, dict) else "?"
        try:
            _check(answer, "answer_id")
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            drop(number, "malformed-answer", f"{type(error).__name__}: {error}")
            continue
        if answer["score"] < 0:
            drop(number, "negative-score", f"score {answer['score']}")
        else:
            answers.append(answer)
    _check(question, "question_id")
    answers.sort(key=lambda a: (not a.get("is_accepted"), -a["score"], a["answer_id"]))
    for answer in answers[MAX_ANSWERS:]:
        number = str(answer["answer_id"])
        drop(number, "answer-limit", f"score {answer['score']}; {MAX_ANSWERS} are better")
    answers = answers[:MAX_ANSWERS]
    if not answers:
        return None
    number = str(question["question_id"])
    link = str(question.get("link", ""))
    url = link if _LINK.fullmatch(link) else f"https://stackoverflow.com/questions/{number}"
    content = _html(question, answers).encode("utf-8", "replace")
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
        "licence": " AND ".join(sorted({_licence(post) for post in (question, *answers)})),
        "licence_source": "https://stackoverflow.com/help/licensing",
        "attribution": _attribution(question, answers, url),
        "content": content,
        "content_hash": content_hash(content),
    }


def _check(post: Any, key: str) -> None:
    """Raise when a post lacks what a row needs."""
    if not isinstance(post, dict):
        raise TypeError("not an object")
    if not all(type(post[name]) is int for name in (key, "score")):
        raise TypeError(f"{key} and score must be whole numbers")
    if not isinstance(post["body"], str):
        raise TypeError("body must be text")
    _licence(post)


def _html(question: dict[str, Any], answers: Sequence[dict[str, Any]]) -> str:
    """Return one page; title and bodies are HTML already."""
    parts = [f"<h1>{question['title']}</h1>", question["body"]]
    for answer in answers:
        heading = "Accepted answer" if answer.get("is_accepted") else "Answer"
        parts += [f"<h2>{heading}</h2>", answer["body"]]
    body = "\n".join(parts)
    title = f"<title>{question['title']}</title>"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"{title}</head>\n<body><article>\n{body}\n</article></body></html>\n"
    )


def _licence(post: dict[str, Any]) -> str:
    """Return the licence that the post names, else the one of the date on which it was written."""
    date = datetime.fromtimestamp(int(post["creation_date"]), UTC).date().isoformat()
    if named := post.get("content_license"):
        known = _NAMED.fullmatch(str(named))
        return f"CC-BY-SA-{known[1]}" if known else "unknown"
    return next((licence for before, licence in _LICENCES if date < before), "CC-BY-SA-4.0")


def _attribution(question: dict[str, Any], answers: Sequence[dict[str, Any]], url: str) -> str:
    """Return who wrote question and answers, with links, as the licence asks."""

    def author(post: dict[str, Any]) -> str:
        owner = post.get("owner")
        owner = owner if isinstance(owner, dict) else {}
        name = unescape(str(owner.get("display_name") or "an unnamed author"))
        link = str(owner.get("link") or "")
        return f"{name} ({link})" if link.startswith("https://") else name

    names = list(dict.fromkeys(author(answer) for answer in answers))
    title = unescape(str(question["title"]))
    return f'"{title}", {url}, asked by {author(question)}, answered by {", ".join(names)}'
