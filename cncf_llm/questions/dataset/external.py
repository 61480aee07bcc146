"""Question-answer sets of others, merged into the data set with their licence.

They are listed in a YAML file, as in

    - name: kubernetes-docs-qa
      path: train.jsonl            # .jsonl, .parquet or .csv; relative to this file
      licence: CC-BY-4.0           # SPDX; must be one that documents may have
      attribution: Who made it     # optional, as are the following
      url: https://example.org/set
      project: Kubernetes          # the name of the project that all questions are about
      question: question           # names of the columns
      answer: answer
      group: source_page           # rows of one group stay in one split; without, each row alone
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.curation.filters import WITHOUT_SOURCE, refuse
from cncf_llm.questions.curation.tables import CURATED
from cncf_llm.questions.dataset.records import RecordsError, read_records, text_column
from cncf_llm.questions.split import split_of
from cncf_llm.questions.words import normalised
from cncf_llm.store import DROPS, content_hash, stable_id

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Entry(BaseModel):
    """One set of the list."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    path: str
    licence: str
    attribution: str | None = None
    url: str | None = None
    project: str = ""
    question: str = "question"
    answer: str = "answer"
    group: str | None = None


@dataclass(frozen=True)
class ExternalSet:
    """A set as CURATED pairs under the name that its folder in the data set has, and DROPS."""

    name: str
    pairs: pl.DataFrame
    drops: pl.DataFrame


def read_entries(file: Path, licences: Collection[str]) -> list[tuple[Entry, Path]]:
    """Return the sets that a YAML file lists, with the paths of their rows.

    Raises `RecordsError` when the list is wrong or a licence is not among `licences`.
    """
    try:
        listed = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecordsError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(listed, list):
        raise RecordsError(f"{file} must be a list of sets, each with name, path and licence")
    found = []
    for number, each in enumerate(listed, start=1):
        try:
            entry = Entry.model_validate(each)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "it"
            raise RecordsError(f"{file}, set {number}: {place}: {first['msg']}") from error
        if not _NAME.fullmatch(entry.name):
            raise RecordsError(f"{file}: {entry.name!r}: a name has a-z, 0-9 and hyphens")
        if entry.licence not in licences:
            raise RecordsError(
                f"{file}: {entry.name} has the licence {entry.licence}, which is not among "
                "CNCF_LLM_DOCUMENT_LICENCES"
            )
        found.append((entry, file.parent / entry.path))
    names = [entry.name for entry, _ in found]
    if len(set(names)) < len(names):
        raise RecordsError(f"{file}: two sets have one name")
    return found


def read_external(entry: Entry, path: Path) -> ExternalSet:
    """Read and curate one set, as far as that goes without sources. Raises `RecordsError`.

    The split of a row is that of its group, by the rule for documents.
    """
    rows = read_records(path)
    questions = text_column(rows, entry.question, path)
    answers = text_column(rows, entry.answer, path)
    groups = text_column(rows, entry.group, path) if entry.group else questions
    name = f"external-{entry.name}"
    kept, drops, asked = [], [], set()
    for question, answer, group in zip(questions, answers, groups, strict=True):
        question, answer = question.strip(), answer.strip()
        fact_id = stable_id("fct", "external", entry.name, question, answer)
        drop = refuse(Case(question, answer, project=entry.project), WITHOUT_SOURCE)
        reason = drop.reason if drop else None
        if normalised(question) in asked:
            reason = "duplicate-question"
        if reason:
            detail = drop.detail if drop else question
            drops.append({"project": name, "item": fact_id, "reason": reason, "detail": detail})
            continue
        asked.add(normalised(question))
        document_id = stable_id("doc", "external", entry.name, group)
        kept.append(
            {
                "qa_id": stable_id("qa", fact_id, 0),
                "fact_id": fact_id,
                "project": name,
                "kind": "external",
                "subject": "",
                "phrasing": 0,
                "question": question,
                "answer": answer,
                "passage_ids": [],
                "document_ids": [document_id],
                "split": split_of(document_id),
                "generator": f"external/{entry.name}",
                "support": None,
                "support_tier": "none",
                "licence": entry.licence,
                "attribution": entry.attribution,
                "url": entry.url,
                "repository": entry.name,
                "path": group if entry.group else path.name,
                "revision": content_hash(path.read_bytes())[:12],
            }
        )
    return ExternalSet(name, CURATED.frame(kept), DROPS.frame(drops))
