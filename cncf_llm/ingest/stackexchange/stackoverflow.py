"""Questions and answers about a project from Stack Overflow."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.ingest.errors import MirrorError, OfflineError, UnreadableSourceError
from cncf_llm.ingest.stackexchange.api import API, Api
from cncf_llm.ingest.stackexchange.cursor import MIN_SCORE, Cursor, cursor_of_fact
from cncf_llm.ingest.stackexchange.mirror import is_tag, questions_in_mirror
from cncf_llm.ingest.stackexchange.state import file_state
from cncf_llm.ingest.stackexchange.thread import thread_row
from cncf_llm.ingest.stackexchange.walk import QUESTION_LIMIT, walk
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.store import DROPS

_DROP_ITEM = re.compile(r"\[(?P<tag>[^]]*)\] (?P<question>\d+)( answer \S+)?")


def read_stackoverflow(
    project: str,
    tags: Sequence[str],
    *,
    mirror: Path | None,
    crawl: bool = False,
    offline: bool = False,
    previous: pl.DataFrame | None = None,
    previous_drops: pl.DataFrame | None = None,
    cursors: Mapping[str, Any] | None = None,
    base_url: str = API,
    key: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
    question_limit: int = QUESTION_LIMIT,
) -> Reading:
    """Read the questions of each tag that have a good answer, one row a question.

    With a `mirror`, `<mirror>/stackexchange/<tag>.jsonl` is read and nothing is contacted; without
    one, the API at `base_url` is asked only if `crawl` is on, and only for what is new since
    `cursors` (the fact of that name of the last reading). The first import may take several
    readings: each goes on where the last one was stopped by the quota or by trouble, and returns
    all rows so far. Rows and drops of `previous` and `previous_drops` stay until their question is
    read again, or their tag is no longer one of `tags`. What the API cannot tell: that a question
    was deleted, and a vote, which is no activity; those rows stay as they are.

    Facts: `documents`, `added`, `removed`, `requests`, `quota_remaining` (null when the API was not
    asked), `cursors` (empty for a mirror) and `seen` (the state of each tag that was read to its
    end, as `tag_state` and `file_state` give it).

    Drop reasons of tags: `not-in-mirror`, `crawling-is-off`, `refused-tag`, `question-limit`,
    `page-limit`, and those of `Api.ask`; of questions: `malformed-question`, `no-answer`,
    `low-score`, `too-large`; of answers: `negative-score`, `answer-limit`, `malformed-answer`.
    Raises `MirrorError`, `OfflineError` as `read_website` does.
    """
    if mirror is not None and not mirror.is_dir():
        raise MirrorError(f"The mirror {mirror} is not a folder. Mend or unset CNCF_LLM_MIRROR.")
    if offline and crawl and mirror is None and tags:
        raise OfflineError(
            f"Asking Stack Overflow about {project} would leave this machine, but CNCF_LLM_OFFLINE "
            "is on. Set CNCF_LLM_MIRROR, or turn CNCF_LLM_CRAWL or CNCF_LLM_OFFLINE off."
        )
    before = previous if previous is not None else DOCUMENTS.frame()
    taken = _Taken(project)
    api = Api(base_url, key, sleep)
    held: dict[str, Cursor] = {}
    seen: dict[str, str] = {}
    if mirror is None and previous is not None:
        held = {tag: cursor_of_fact(fact) for tag, fact in (cursors or {}).items() if tag in tags}
    with closing(api):
        for tag in tags:
            try:
                if not is_tag(tag):
                    raise UnreadableSourceError(
                        "refused-tag", f"{tag!r} is not a Stack Overflow tag"
                    )
                if mirror is not None:
                    seen[tag] = file_state(tag, mirror)
                    _read_mirror(tag, mirror, taken, question_limit)
                    continue
                if not crawl:
                    raise UnreadableSourceError(
                        "crawling-is-off", "set CNCF_LLM_CRAWL to ask Stack Overflow"
                    )
                for page in walk(
                    api, tag, held.get(tag, Cursor()), taken.done, taken.drop, question_limit
                ):
                    for question in page.questions:
                        taken.take(tag, question)
                    held[tag] = page.cursor
            except UnreadableSourceError as error:
                taken.drop(f"[{tag}]", error.reason, error.detail)
            if tag in held and held[tag].limited:
                detail = (
                    f"the {question_limit:,} best-voted are read; new ones from {held[tag].floor}"
                )
                taken.drop(f"[{tag}]", "question-limit", detail)
    known = {str(number) for cursor in held.values() for number in cursor.known}
    kept = before.filter(
        pl.col("path").is_in(sorted(known - {str(number) for number in taken.done}))
    )
    rows = DOCUMENTS.frame(taken.rows.values())
    table = pl.concat([rows, kept.select(DOCUMENTS.schema.names())]).sort("path")
    old, new = set(before["document_id"]), set(table["document_id"])
    facts = {
        "documents": table.height,
        "added": len(new - old),
        "removed": len(old - new),
        "requests": api.requests,
        "quota_remaining": api.quota,
        "cursors": {tag: cursor.to_fact() for tag, cursor in sorted(held.items())},
        "seen": seen | {tag: str(held[tag].bound) for tag in held if held[tag].sort == "activity"},
    }
    drops = DROPS.frame([*_kept_drops(previous_drops, set(held), taken), *taken.drops])
    return Reading(table, drops.sort("item", "reason", "detail"), facts)


@dataclass
class _Taken:
    """Rows and drops of one reading; `done` has the ids of the questions that were looked at."""

    project: str
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    drops: list[dict[str, Any]] = field(default_factory=list)
    done: set[int] = field(default_factory=set)

    def drop(self, item: str, reason: str, detail: str) -> None:
        row = {"project": self.project, "item": item, "reason": reason, "detail": detail}
        self.drops.append(row)

    def take(self, tag: str, question: Any) -> None:
        """Make the row of a question, or say why there is none."""
        number = str(question.get("question_id", "?"))[:20] if isinstance(question, dict) else "?"
        item = f"[{tag}] {number}"
        try:
            row = thread_row(
                self.project, question, lambda a, *why: self.drop(f"{item} answer {a}", *why)
            )
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            self.drop(item, "malformed-question", f"{type(error).__name__}: {error}")
            return
        if row is None:
            self.drop(item, "no-answer", "no answer is left")
        else:
            self.rows[row["path"]] = row


def _read_mirror(tag: str, mirror: Path, taken: _Taken, limit: int) -> None:
    """Take the questions of a tag's file, in its order, up to the limit."""
    count = 0
    for line, question in questions_in_mirror(tag, mirror):
        if isinstance(question, UnreadableSourceError):
            taken.drop(f"[{tag}] line {line}", question.reason, question.detail)
            continue
        parts = question if isinstance(question, dict) else {}
        number, score = parts.get("question_id"), parts.get("score")
        if parts.get("answers") and type(score) is int and score < MIN_SCORE:
            taken.drop(f"[{tag}] {number}", "low-score", f"score {score}, below {MIN_SCORE}")
            continue
        count += 1
        if count > limit:
            taken.drop(f"[{tag}]", "question-limit", f"only {limit:,} questions are read")
            return
        if number not in taken.done:  # one question may have several of the tags
            taken.take(tag, question)
        if type(number) is int:
            taken.done.add(number)


def _kept_drops(
    previous: pl.DataFrame | None, tags: set[str], taken: _Taken
) -> Iterator[dict[str, Any]]:
    """Yield the last reading's drops of questions that this one did not look at."""
    matches = (_DROP_ITEM.fullmatch(row["item"]) for row in taken.drops)
    told = {match["question"] for match in matches if match}
    told |= {str(number) for number in taken.done}
    for row in previous.iter_rows(named=True) if previous is not None and tags else ():
        match = _DROP_ITEM.fullmatch(row["item"])
        if match and match["tag"] in tags and match["question"] not in told:
            yield row
