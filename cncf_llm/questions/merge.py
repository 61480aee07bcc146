"""What passages state, merged into facts: said twice is one fact, contradicted is none."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cncf_llm.questions.facts import Fact
from cncf_llm.questions.split import common_split
from cncf_llm.questions.words import normalised
from cncf_llm.store import content_hash, digest, stable_id

MOST = 60  # of one kind from one document: one table of 500 labels would drown all else


@dataclass(frozen=True)
class Stated:
    """A fact and the passages that state it."""

    fact: Fact
    passage_ids: tuple[str, ...]


def merge(
    project: str, stated: Iterable[Stated], sources: Mapping[str, Mapping[str, object]]
) -> tuple[list[dict[str, object]], list[dict[str, object]], list[dict[str, object]]]:
    """Return rows of FACTS, PAIRS and DROPS.

    `sources` maps a passage id to its row of PASSAGES. Facts that answer one question differently
    are all dropped, because nobody can tell which answer a reader wants; of definitions in several
    wordings one is kept. A fact stated in documents of different splits is dropped, because it
    would leak from one into the other. Of one document's facts of one kind at most `MOST` stay.
    """
    drops = []

    def drop(reason: str, fact: Fact, detail: str) -> None:
        item = stable_id("fct", fact.kind, project, fact.name)
        drops.append({"project": project, "item": item, "reason": reason, "detail": detail})

    together, older = _newest(_joined(stated))
    for one in older:
        drop("same-in-newer-version", one.fact, one.fact.questions[0])
    together, reworded = _one_wording(together, sources)
    for one in reworded:
        drop("other-wording", one.fact, one.fact.questions[0])
    conflicting = _conflicting(together)
    facts, pairs = [], []
    asked: set[str] = set()
    crowded = _crowded(project, together, sources)
    for number, one in enumerate(together):
        question = one.fact.questions[0]
        if number in conflicting:
            drop("conflicting-answers", one.fact, f"{question}: {conflicting[number]} answers")
            continue
        if number in crowded:
            drop("enough-of-document", one.fact, question)
            continue
        if any(normalised(question) in asked for question in one.fact.questions):
            drop("duplicate-question", one.fact, question)
            continue
        documents = sorted({str(sources[each]["document_id"]) for each in one.passage_ids})
        split = common_split(documents)
        if split is None:
            drop("straddles-splits", one.fact, f"{question}: {len(documents)} documents")
            continue
        asked.update(normalised(question) for question in one.fact.questions)
        row = _fact_row(project, one, documents, split, sources)
        facts.append(row)
        pairs += _pair_rows(row, one.fact)
    return facts, pairs, drops


def _joined(stated: Iterable[Stated]) -> list[Stated]:
    """Join what is said in the same words about the same subject."""
    found: dict[tuple[str, str, str], Stated] = {}
    for one in stated:
        key = (one.fact.kind, normalised(one.fact.name), normalised(one.fact.answer))
        before = found.get(key)
        if before is None:
            found[key] = one
        else:
            ids = dict.fromkeys((*before.passage_ids, *one.passage_ids))
            found[key] = Stated(before.fact, tuple(ids))
    return list(found.values())


def _newest(stated: list[Stated]) -> tuple[list[Stated], list[Stated]]:
    """Keep of what several versions' documents say in the same words the newest version's.

    Documents of no version count as the newest.
    """
    newest: dict[tuple[str, str, str], Stated] = {}
    for one in stated:
        key = (one.fact.kind, normalised(one.fact.subject), normalised(one.fact.answer))
        before = newest.get(key)
        if before is None or _age(one.fact) > _age(before.fact):
            newest[key] = one
    keep = {id(one) for one in newest.values()}
    older = [one for one in stated if id(one) not in keep]
    return [one for one in stated if id(one) in keep], older


def _age(fact: Fact) -> tuple[float, ...]:
    numbers = tuple(float(part) for part in re.findall(r"\d+", fact.version))
    return numbers or (math.inf,)


def _one_wording(
    stated: list[Stated], sources: Mapping[str, Mapping[str, object]]
) -> tuple[list[Stated], list[Stated]]:
    """Keep one definition of each subject: what most passages say, then what stands highest up.

    Two definitions of a term are seldom a contradiction. Two defaults of a setting are.
    """
    best: dict[str, tuple[tuple[int, int, str], Stated]] = {}
    for one in stated:
        if one.fact.kind == "definition":
            path = str(sources[one.passage_ids[0]]["path"])
            rank = (-len(one.passage_ids), path.count("/"), path)
            name = normalised(one.fact.name)
            if name not in best or rank < best[name][0]:
                best[name] = (rank, one)
    keep = {id(one) for _, one in best.values()}
    keep |= {id(one) for one in stated if one.fact.kind != "definition"}
    return (
        [one for one in stated if id(one) in keep],
        [one for one in stated if id(one) not in keep],
    )


def _conflicting(stated: list[Stated]) -> dict[int, int]:
    """Return the numbers of the facts whose questions have several answers, with how many."""
    answers: dict[str, set[str]] = {}
    for one in stated:
        for question in (f"{one.fact.kind} {one.fact.name}", *one.fact.questions):
            answers.setdefault(normalised(question), set()).add(normalised(one.fact.answer))
    found = {}
    for number, one in enumerate(stated):
        asked = (f"{one.fact.kind} {one.fact.name}", *one.fact.questions)
        most = max(len(answers[normalised(question)]) for question in asked)
        if most > 1:
            found[number] = most
    return found


def _crowded(
    project: str, stated: list[Stated], sources: Mapping[str, Mapping[str, object]]
) -> set[int]:
    """Return the numbers of the facts beyond `MOST` of their kind and document.

    Those with the lowest hash of their id stay, so a document that grows keeps most of its facts.
    """
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for number, one in enumerate(stated):
        rank = content_hash(stable_id("fct", one.fact.kind, project, one.fact.name))
        place = (one.fact.kind, str(sources[one.passage_ids[0]]["document_id"]))
        found.setdefault(place, []).append((rank, number))
    return {number for ranked in found.values() for _, number in sorted(ranked)[MOST:]}


def _fact_row(
    project: str,
    one: Stated,
    documents: list[str],
    split: str,
    sources: Mapping[str, Mapping[str, object]],
) -> dict[str, object]:
    fact = one.fact
    rows = [sources[passage_id] for passage_id in one.passage_ids]
    licences = sorted({str(row["licence"]) for row in rows})
    credits = {str(row["attribution"]) for row in rows if row.get("attribution")}
    return {
        "fact_id": stable_id("fct", fact.kind, project, fact.name),
        "project": project,
        "kind": fact.kind,
        "subject": fact.name,
        "answer": fact.answer,
        "held_out": list(fact.held_out),
        "passage_ids": list(one.passage_ids),
        "document_ids": documents,
        "split": split,
        "licence": licences[0] if len(licences) == 1 else " AND ".join(licences),
        "attribution": "; ".join(sorted(credits)) or None,
        **{column: rows[0][column] for column in ("url", "repository", "path", "revision")},
        "content_hash": digest(
            {"answer": fact.answer, "questions": list(fact.questions + fact.held_out)}
        ),
    }


def _pair_rows(row: Mapping[str, object], fact: Fact) -> list[dict[str, object]]:
    shared = {column: row[column] for column in row if column not in ("held_out", "content_hash")}
    return [
        shared
        | {
            "qa_id": stable_id("qa", row["fact_id"], number),
            "phrasing": number,
            "question": question,
            "generator": f"template/{fact.kind}",
        }
        for number, question in enumerate(fact.questions)
    ]
