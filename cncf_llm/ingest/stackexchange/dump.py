"""Make a mirror of Stack Overflow out of `Posts.xml` of the public data dump, in one pass."""

import json
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cncf_llm.ingest.errors import DumpError
from cncf_llm.ingest.stackexchange.mirror import is_tag
from cncf_llm.ingest.stackexchange.post import RowError, kind_of, parse_post

MAX_ROW = 2_000_000  # bytes; the longest post has 30,000 characters
_PROGRESS_BYTES = 1_000_000_000
_FRAME = re.compile(rb"\s*(<\?xml[^<>]*\?>)?\s*(</?posts>)?\s*")
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE questions (id INTEGER PRIMARY KEY, score INTEGER, post TEXT) WITHOUT ROWID;
CREATE TABLE tags (tag TEXT, id INTEGER, PRIMARY KEY (tag, id)) WITHOUT ROWID;
CREATE TABLE answers (
    question INTEGER, id INTEGER, post TEXT, PRIMARY KEY (question, id)
) WITHOUT ROWID;
"""


@dataclass
class DumpReport:
    """What a pass over a dump found: figures, and how many rows were malformed, by reason."""

    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    questions: int = 0
    answers: int = 0
    tags: dict[str, int] = field(default_factory=dict)  # tag -> its questions
    malformed: Counter[str] = field(default_factory=Counter)


def mirror_dump(
    posts: Path,
    mirror: Path,
    tags: Iterable[str],
    report: Callable[[str], None] = lambda line: None,
) -> DumpReport:
    """Write `<mirror>/stackexchange/<tag>.jsonl` for each tag: a question with answers on a line.

    Questions come by score, the best first. `posts` is read once and as a stream, so it may be a
    pipe. Chosen posts go to an SQLite file in the mirror until they are joined; memory holds the
    ids of the chosen questions only. An answer that stands before its question (a few that
    moderators have moved do) is missed. Rows that are not of a chosen tag are not parsed.
    `report` is called with a line of progress for each gigabyte.

    Malformed rows are counted: `no-type`, `no-tags`, `no-parent`, `not-a-row`, `row-too-large`,
    `not-well-formed`, `missing-attribute`, `bad-value`, `repeated-id`.

    Raises `DumpError`, with the mirror as it was, when the file cannot be read, ends early, has a
    DOCTYPE or is not a dump; when a tag is none; or when the mirror cannot be written.
    """
    from filelock import FileLock, Timeout

    wanted = sorted(set(tags))
    if refused := [tag for tag in wanted if not is_tag(tag)]:
        raise DumpError(f"{refused[0]!r} is not a Stack Overflow tag. Correct --tags.")
    partial = mirror / "stackexchange.partial"
    try:
        mirror.mkdir(parents=True, exist_ok=True)
        with FileLock(mirror / ".stackexchange.lock", timeout=0):
            shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
            partial.mkdir()
            try:
                with posts.open("rb") as file:
                    found = _make(file, posts, partial, wanted, report)
                (mirror / "stackexchange").mkdir(exist_ok=True)
                for tag in wanted:
                    (partial / f"{tag}.jsonl").replace(mirror / "stackexchange" / f"{tag}.jsonl")
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    except Timeout:
        raise DumpError(f"Another run is writing the mirror {mirror}. Wait for it.") from None
    except OSError as error:
        where = error.filename or mirror
        raise DumpError(f"{where}: {error.strerror or error}. The mirror is as it was.") from error
    except sqlite3.Error as error:
        raise DumpError(f"{partial}: {error}. Free some space and run again.") from error
    return found


def _make(
    file: BinaryIO, posts: Path, partial: Path, wanted: list[str], report: Callable[[str], None]
) -> DumpReport:
    started = time.monotonic()
    found = DumpReport()
    database = sqlite3.connect(partial / "posts.sqlite")
    try:
        database.executescript(_TABLES)
        _choose(_rows(file, posts, found, report), database, frozenset(wanted), found)
        for tag in wanted:
            found.tags[tag] = _write(database, tag, partial / f"{tag}.jsonl")
    finally:
        database.close()
    found.seconds = time.monotonic() - started
    return found


def _rows(
    file: BinaryIO, posts: Path, found: DumpReport, report: Callable[[str], None]
) -> Iterator[bytes]:
    """Yield the lines that are rows; count them, and those that are not."""
    started, next_report = time.monotonic(), _PROGRESS_BYTES
    opened = closed = False
    while line := file.readline(MAX_ROW):
        found.bytes += len(line)
        if opened and line.lstrip().startswith(b"<row "):
            found.rows += 1
            if len(line) == MAX_ROW and not line.endswith(b"\n"):
                found.malformed["row-too-large"] += 1
                found.bytes += _skip_line(file)
            else:
                yield line
        elif frame := _FRAME.fullmatch(line.removeprefix(b"\xef\xbb\xbf")):
            opened |= frame[2] == b"<posts>"
            closed |= frame[2] == b"</posts>"
        elif b"<!" in line or not opened:
            raise DumpError(
                f"{posts}, byte {found.bytes - len(line):,}: not the Posts.xml of a data dump, "
                "which has no DOCTYPE and begins with <posts>. Name the right file, unpacked."
            )
        else:
            found.malformed["not-a-row"] += 1
        if found.bytes >= next_report:
            next_report += _PROGRESS_BYTES
            speed = found.bytes / 1e6 / (time.monotonic() - started)
            report(
                f"{found.bytes / 1e9:,.0f} GB, {found.rows:,} rows, {found.questions:,} questions, "
                f"{found.answers:,} answers, {speed:,.0f} MB/s"
            )
    if not closed:
        raise DumpError(
            f"{posts} ends at row {found.rows:,}, byte {found.bytes:,}, without </posts>: it is "
            "truncated. Fetch it again. The mirror is as it was."
        )


def _skip_line(file: BinaryIO) -> int:
    """Read on to the end of a line; return how many bytes that were."""
    skipped = 0
    while part := file.readline(MAX_ROW):
        skipped += len(part)
        if part.endswith(b"\n"):
            break
    return skipped


def _choose(
    rows: Iterator[bytes], database: sqlite3.Connection, wanted: frozenset[str], found: DumpReport
) -> None:
    """Put the questions of the wanted tags and their answers into the database."""
    chosen: set[int] = set()
    for line in rows:
        try:
            kind = kind_of(line)
            if tags := kind.tags & wanted:
                question = parse_post(line)
                number = question["question_id"]
                if number in chosen:
                    raise RowError("repeated-id", f"post {number}")
                chosen.add(number)
                found.questions += 1
                values = (number, question["score"], _json(question))
                database.execute("INSERT INTO questions VALUES (?, ?, ?)", values)
                pairs = [(tag, number) for tag in sorted(tags)]
                database.executemany("INSERT INTO tags VALUES (?, ?)", pairs)
            elif kind.parent in chosen:
                answer = parse_post(line)
                values = (kind.parent, answer["answer_id"], _json(answer))
                done = database.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", values)
                if not done.rowcount:
                    raise RowError("repeated-id", f"post {answer['answer_id']}")
                found.answers += 1
        except RowError as error:
            found.malformed[error.reason] += 1


def _write(database: sqlite3.Connection, tag: str, path: Path) -> int:
    """Write the questions of a tag with their answers; return how many."""
    query = "SELECT post FROM tags JOIN questions USING (id) WHERE tag = ? ORDER BY score DESC, id"
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for (post,) in database.execute(query, (tag,)):
            question = json.loads(post)
            found = database.execute(
                "SELECT post FROM answers WHERE question = ? ORDER BY id",
                (question["question_id"],),
            )
            question["answers"] = [json.loads(answer) for (answer,) in found]
            for answer in question["answers"]:
                answer["is_accepted"] = answer["answer_id"] == question.get("accepted_answer_id")
            file.write(_json(question) + "\n")
            count += 1
    return count


def _json(post: dict[str, Any]) -> str:
    return json.dumps(post, ensure_ascii=False, sort_keys=True)
