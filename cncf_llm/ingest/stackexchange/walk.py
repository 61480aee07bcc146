"""Walk the questions of a tag through the API, from where the last walk stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.stackexchange.api import Api
from cncf_llm.ingest.stackexchange.cursor import MIN_SCORE, Cursor

QUESTION_LIMIT = 5_000  # per tag
PAGE_SIZE = 100  # the most that the API gives; also the most ids that one request may name
_LAST_PAGE = 25  # the API refuses those behind it to callers without a key
_FIELDS = {"votes": "score", "activity": "last_activity_date"}

Drop = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Page:
    """Questions with their `answers`, and the cursor to keep once they are taken."""

    questions: list[dict[str, Any]]
    cursor: Cursor


def walk(
    api: Api, tag: str, cursor: Cursor, done: set[int], drop: Drop, limit: int = QUESTION_LIMIT
) -> Iterator[Page]:
    """Yield what is new since `cursor`, page by page; each page's cursor resumes behind it.

    `done` has the ids of questions that this reading took already, and is added to. Instead of
    page numbers, which shift while questions move, each request starts at the value where the last
    one ended. Drop reasons: `malformed-question`, `no-answer`, `low-score`, `malformed-answer`,
    `page-limit`. Raises `UnreadableSourceError` as `Api.ask` does.
    """
    more = True
    while more:
        questions, more = _questions(api, tag, cursor, drop)
        chosen, known = [], set(cursor.known)
        for question in questions:
            number = question["question_id"]
            if cursor.sort == "votes" and cursor.imported + len(chosen) >= limit:
                cursor = replace(cursor, limited=True, floor=question["score"])
                more = False
                break
            if number in cursor.read and question["last_activity_date"] == cursor.bound:
                continue
            if problem := _problem(question, MIN_SCORE if number in known else cursor.floor):
                known.discard(number)
                drop(f"[{tag}] {number}", *problem)
                continue
            known.add(number)
            if number not in done:
                chosen.append(question)
        answers = _answers(api, tag, [question["question_id"] for question in chosen], drop)
        for question in chosen:
            question["answers"] = answers[question["question_id"]]
        cursor = replace(cursor, known=frozenset(known), imported=cursor.imported + len(chosen))
        cursor = _after(cursor, questions, more, tag, drop)
        done.update(answers)
        yield Page(chosen, cursor)


def _questions(api: Api, tag: str, cursor: Cursor, drop: Drop) -> tuple[list[dict[str, Any]], bool]:
    """Return the next page of well-formed questions in the walk's order, and whether more come."""
    votes = cursor.sort == "votes"
    parameters: dict[str, Any] = {
        "tagged": tag,
        "sort": cursor.sort,
        "order": "desc" if votes else "asc",
        "min": MIN_SCORE if votes else cursor.bound,
        "page": cursor.page,
        "pagesize": PAGE_SIZE,
    }
    if votes and cursor.bound is not None:
        parameters["max"] = cursor.bound
    found = api.ask("/questions", "/questions", parameters)
    questions = []
    for item in found["items"]:
        try:
            values = [item[name] for name in ("question_id", "score", "last_activity_date")]
            if not all(type(value) is int for value in values):
                raise TypeError("id, score and activity date must be whole numbers")
        except (KeyError, TypeError) as error:
            number = item.get("question_id", "?") if isinstance(item, dict) else "?"
            detail = f"{type(error).__name__}: {error}"
            drop(f"[{tag}] {str(number)[:20]}", "malformed-question", detail)
        else:
            questions.append(item)
    more = found.get("has_more") is True
    if more and not questions:
        raise UnreadableSourceError("malformed-answer", "/questions: more to come, but none here")
    return questions, more


def _problem(question: dict[str, Any], floor: int) -> tuple[str, str] | None:
    if question.get("answer_count") == 0:
        return "no-answer", "a question alone teaches nothing"
    if question["score"] < floor:
        return "low-score", f"score {question['score']}, below {floor}"
    return None


def _answers(api: Api, tag: str, ids: list[int], drop: Drop) -> dict[int, list[dict[str, Any]]]:
    """Return the answers of up to 100 questions by question id, whatever the number of pages."""
    answers: dict[int, list[dict[str, Any]]] = {number: [] for number in ids}
    path = f"/questions/{';'.join(map(str, ids))}/answers"
    page, more = 1, bool(ids)
    while more:
        parameters = {"sort": "votes", "order": "desc", "page": page, "pagesize": PAGE_SIZE}
        found = api.ask("/questions/{ids}/answers", path, parameters)
        for item in found["items"]:
            number = item.get("question_id") if isinstance(item, dict) else None
            if type(number) is int and number in answers:
                answers[number].append(item)
            else:
                drop(f"[{tag}]", "malformed-answer", f"an answer to question {str(number)[:20]}")
        more, page = found.get("has_more") is True, page + 1
        if more and page > _LAST_PAGE:
            drop(f"[{tag}]", "page-limit", f"answers of {len(ids)} questions, the worst-voted ones")
            break
    return answers


def _after(
    cursor: Cursor, questions: list[dict[str, Any]], more: bool, tag: str, drop: Drop
) -> Cursor:
    """Return the cursor behind a page."""
    votes = cursor.sort == "votes"
    dates = [question["last_activity_date"] for question in questions]
    if votes and cursor.bound is None:
        # What moves while the import runs is newer than this, so the first refresh sees it.
        cursor = replace(cursor, activity=max(dates, default=0))
    if votes and not more:
        return replace(cursor, sort="activity", bound=cursor.activity, page=1, read=())
    if not questions:
        return cursor
    last = questions[-1][_FIELDS[cursor.sort]]
    if cursor.bound is not None and (last > cursor.bound if votes else last < cursor.bound):
        raise UnreadableSourceError("malformed-answer", f"/questions: not sorted by {cursor.sort}")
    at_last = {q["question_id"] for q in questions if q["last_activity_date"] == last}
    read = () if votes else tuple(sorted(at_last))
    if last != cursor.bound:
        return replace(cursor, bound=last, page=1, read=read)
    if not votes:
        cursor = replace(cursor, read=tuple(sorted(at_last | set(cursor.read))))
    if not more:
        return replace(cursor, page=1)
    if cursor.page < _LAST_PAGE:
        return replace(cursor, page=cursor.page + 1)
    what = "score" if votes else "activity date"
    drop(f"[{tag}]", "page-limit", f"more than {_LAST_PAGE * PAGE_SIZE:,} with {what} {last}")
    return replace(cursor, bound=last - 1 if votes else last + 1, page=1, read=())
