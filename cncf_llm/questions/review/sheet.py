"""The spreadsheet of a review: a CSV file that any spreadsheet program opens.

CSV and not .xlsx: a file that comes back from many hands is read without unpacking archives or
XML. UTF-8 with a byte order mark, by which Excel knows the encoding. A cell that a program would
take for a formula gets an apostrophe in front (OWASP, "CSV Injection"), which import removes.
"""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from cncf_llm.questions.review.tables import VERDICTS, review_key

MOST_BYTES = 64_000_000
_MOST_PASSAGES = 8_000  # characters; a cell of Excel holds 32,767
COLUMNS = (
    "verdict",
    "question",
    "answer",
    "corrected_question",
    "corrected_answer",
    "note",
    "passages",
    "link",
    "project",
    "kind",
    "generator",
    "fact_id",
    "review_key",
)
_NEEDED = frozenset(COLUMNS) - {"passages", "link", "kind", "generator", "note"}
_WORDS = {"accept", "correct", "reject"}
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_KEY = re.compile(r"rev-[0-9a-f]{8,64}")
_MOST_PROBLEMS = 20


class SheetError(Exception):
    """A sheet that cannot be read. The message names each row and what to do."""


def write_sheet(pairs: pl.DataFrame, texts: Mapping[str, str], path: Path) -> int:
    """Write pairs to be judged, with their passages; return how many.

    `texts` maps passage ids to texts. Raises `OSError` when the file cannot be written.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet: csv.DictWriter[str] = csv.DictWriter(file, COLUMNS)
        sheet.writeheader()
        for row in pairs.to_dicts():
            passages = "\n\n---\n\n".join(texts.get(each, "") for each in row["passage_ids"])
            cells = {
                "verdict": "",
                "question": row["question"],
                "answer": row["answer"],
                "corrected_question": "",
                "corrected_answer": "",
                "note": "",
                "passages": passages[:_MOST_PASSAGES],
                "link": row["url"] or f"{row['repository']} {row['path']}",
                "project": row["project"],
                "kind": row["kind"],
                "generator": row["generator"],
                "fact_id": row["fact_id"],
                "review_key": review_key(row["fact_id"], row["question"], row["answer"]),
            }
            sheet.writerow({name: _guarded(cell) for name, cell in cells.items()})
    return pairs.height


def read_sheet(path: Path) -> pl.DataFrame:
    """Return the VERDICTS of a sheet; rows without a verdict are left out.

    Comma, semicolon and tab separate cells. Raises `SheetError` when anything is wrong, so that
    nothing is imported by half.
    """
    rows = _rows(path)
    problems: list[str] = []
    verdicts: dict[str, dict[str, str]] = {}
    for number, row in rows:
        if not row["verdict"].strip():
            continue
        problem = _problem(row)
        if not problem:
            verdict = {name: row.get(name, "").strip() for name in VERDICTS.columns}
            verdict["verdict"] = verdict["verdict"].lower()
            same = verdicts.setdefault(row["review_key"], verdict)
            if same != verdict:
                problem = "the same pair has another verdict further up"
        if problem:
            problems.append(f"row {number}: {problem}")
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        shown = problems[:_MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        raise SheetError(f"{path}: nothing was imported.\n" + "\n".join(shown))
    return VERDICTS.frame(verdicts[key] for key in sorted(verdicts))


def _problem(row: Mapping[str, str]) -> str | None:
    verdict = row["verdict"].strip().lower()
    if verdict not in _WORDS:
        return f"verdict {verdict[:40]!r} is none of accept, correct, reject"
    if not _KEY.fullmatch(row["review_key"]) or not row["project"]:
        return "review_key or project is not as it was exported"
    if review_key(row["fact_id"], row["question"], row["answer"]) != row["review_key"]:
        return (
            "question or answer was changed in place: put the change into corrected_question or "
            "corrected_answer, and the original back"
        )
    corrected = bool(row["corrected_question"].strip() or row["corrected_answer"].strip())
    if corrected != (verdict == "correct"):
        return (
            "has a correction, but its verdict is not `correct`"
            if corrected
            else "verdict `correct` needs a corrected_question or a corrected_answer"
        )
    return None


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    text = _text(path)
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    csv.field_size_limit(MOST_BYTES)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found = []
    try:
        columns = {name.strip() for name in reader.fieldnames or () if name}
        if missing := sorted(_NEEDED - columns):
            raise SheetError(f"{path} lacks the columns {', '.join(missing)}: export a new sheet")
        for row in reader:
            cells = {str(name).strip(): value for name, value in row.items()}
            if any(not isinstance(cells[name], str) for name in _NEEDED):
                raise SheetError(f"{path}, line {reader.line_num}: a row with too few cells")
            plain = {name: _bare(cell) for name, cell in cells.items() if isinstance(cell, str)}
            found.append((len(found) + 2, plain))
    except csv.Error as error:
        raise SheetError(f"{path}, line {reader.line_num}: no CSV: {error}") from error
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SheetError(f"{path} has more than {MOST_BYTES:,} bytes: it is no sheet of ours")
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror}") from error
    if content.startswith(b"PK"):
        raise SheetError(f"{path} is no CSV file: save the sheet as CSV (UTF-8)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(f"{path} is not UTF-8: save the sheet as CSV (UTF-8)") from error
    if "\0" in text:
        raise SheetError(f"{path} is no text file")
    return text


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell
