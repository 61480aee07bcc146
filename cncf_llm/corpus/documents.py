"""One document to its passages: parse, divide, clean, judge the language, sign for the search."""

from collections import Counter
from dataclasses import dataclass

from cncf_llm.corpus.cleaning import cleaned, damaged_passages
from cncf_llm.corpus.duplicates import equal_key, signature_of
from cncf_llm.corpus.language import ENGLISH, document_language, passage_language
from cncf_llm.corpus.parsers import Parsed, Unreadable, encoding_of, parse
from cncf_llm.corpus.passages import Passage, count_words, passages_of, prose_of
from cncf_llm.corpus.titles import title_from_path
from cncf_llm.store import content_hash, stable_id

_SHOWN = 120  # characters of a dropped text in its detail


@dataclass(frozen=True)
class Document:
    """What reading a document needs: its id, project, path, media type, content."""

    document_id: str
    project: str
    path: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Read:
    """Rows of READ_PASSAGES, READ_DOCUMENTS and READ_DROPS for one document."""

    passages: list[dict]
    document: dict
    drops: list[dict]


def read_document(document: Document) -> Read:
    """Return what a document gives. Bad content gives a reason in the rows, never an exception."""
    try:
        parsed = parse(document.content, document.path, document.media_type)
    except Unreadable as error:
        return unreadable(document, error)
    title = parsed.title or title_from_path(document.path)
    title, passages, left_out, replacements = cleaned(title, *passages_of(parsed, title))
    drops = [_drop(document, document.document_id, *part) for part in parsed.dropped]
    for number, part in enumerate(left_out):
        item = stable_id("psg", document.document_id, " > ".join(part.heading_path), f"-{number}")
        drops.append(_drop(document, item, part.reason, part.detail))
    read = _in_english(document, title, passages, drops, parsed)
    read.document.update(replaced=replacements, damaged=damaged_passages(passages))
    return read


def _in_english(
    document: Document, title: str, passages: list[Passage], drops: list[dict], parsed: Parsed
) -> Read:
    proses = [prose_of(passage.blocks) for passage in passages]
    judged = [
        f"{' '.join(passage.heading_path)}\n{prose}"
        for passage, prose in zip(passages, proses, strict=True)
    ]
    language = document_language(judged) if judged else None
    rows, ordinals, foreign = [], Counter(), []
    for position, (passage, prose) in enumerate(zip(passages, proses, strict=True)):
        row = _row(document, title, passage, position, ordinals)
        spoken = passage_language(judged[position], language or ENGLISH)
        if spoken != ENGLISH:
            foreign.append(_drop(document, row["passage_id"], "not-english", spoken))
            continue
        heading = " > ".join([title, *passage.heading_path])
        equal = equal_key(heading, passage.text)
        rows.append({**row, "equal": equal, "signature": signature_of(passage.text, prose)})
    reason = None
    if not rows:
        reason, detail = _why_nothing(language, foreign, drops, parsed)
        drops = [*drops, _drop(document, document.document_id, reason, detail)]
        foreign = []  # one row for the document says it
    return Read(rows, _index(document, title, language, len(rows), reason), [*drops, *foreign])


def _row(
    document: Document, title: str, passage: Passage, position: int, ordinals: Counter
) -> dict:
    path = " > ".join(passage.heading_path)
    ordinals[path] += 1
    return {
        "passage_id": stable_id("psg", document.document_id, path, ordinals[path] - 1),
        "document_id": document.document_id,
        "project": document.project,
        "position": position,
        "title": title,
        "heading_path": list(passage.heading_path),
        "text": passage.text,
        "tokens": count_words(passage.text),
        "content_hash": content_hash(f"{path}\n{passage.text}"),
    }


def _why_nothing(
    language: str | None, foreign: list[dict], drops: list[dict], parsed: Parsed
) -> tuple[str, str]:
    if foreign:
        return "not-english", foreign[0]["detail"] if language in (None, ENGLISH) else language
    reasons = {drop["reason"] for drop in drops}
    if "too-long" in reasons:
        return "too-long", "no part of it is short enough"
    if "too-short" in reasons:
        return "too-short", "no part of it is long enough"
    return "no-text", f"{len(parsed.blocks)} headings without text" if parsed.blocks else "no text"


def unreadable(document: Document, error: Unreadable) -> Read:
    """Return the rows of a document that could not be read."""
    drop = _drop(document, document.document_id, error.reason, error.detail)
    return Read([], _index(document, None, None, 0, error.reason), [drop])


def _index(
    document: Document, title: str | None, language: str | None, passages: int, reason: str | None
) -> dict:
    return {
        "document_id": document.document_id,
        "project": document.project,
        "title": title,
        "language": language,
        "encoding": encoding_of(document.content, document.media_type),
        "damaged": 0,
        "replaced": [],
        "passages": passages,
        "drop_reason": reason,
    }


def _drop(document: Document, item: str, reason: str, detail: str) -> dict:
    return {
        "document_id": document.document_id,
        "project": document.project,
        "item": item,
        "reason": reason,
        "detail": detail[:_SHOWN] if reason.startswith("too-") else detail[:400],
    }
