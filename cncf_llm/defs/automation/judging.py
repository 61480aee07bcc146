"""Whether an adapter's data moved far enough: what the store says of it, tables read at need."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm import training
from cncf_llm.store import StoreError, Version, digest

# A tick has a minute; a project's tables are read and hashed in a tenth of a second or two.
READ_PER_TICK = 50
_COLUMNS = ["project", "qa_id", "kind", "question", "answer"]


@dataclass(frozen=True)
class Subject:
    """An adapter and the data that it would be trained on: one project's, or all projects'.

    `parts` maps each project to the digest of its part of the data set, `data` is the digest of all
    of it. `adapter` is None where there is none yet.
    """

    name: str
    asset: str
    partition: str | None
    data: str
    parts: Mapping[str, str]
    adapter: Version | None

    def up_to_date(self, base: str) -> bool:
        """Say whether the adapter was trained on exactly this data, for the base model `base`."""
        facts = self.adapter.facts if self.adapter else {}
        # An adapter from before this was recorded does not say for which base model it is.
        return facts.get("data") == self.data and facts.get("base_model", base) == base

    def state(self, base: str) -> str:
        """Return what names the step from this adapter to this data and base model."""
        before = self.adapter.digest if self.adapter else None
        return digest({"of": self.name, "from": before, "to": self.data, "base": base})[:16]


@dataclass(frozen=True)
class Judgement:
    """Why to train, or None; and what is to be said when it is None."""

    reason: str | None
    otherwise: str = ""


def subjects(dataset: Version, partitions: set[str]) -> tuple[list[str], list[str]]:
    """Return the projects that have an adapter of their own, and all parts of the data set.

    The second has the sets of others as well, and nothing but the data set decides it: the adapter
    over all projects learns them all.
    """
    parts = sorted(
        name.partition("/")[0]
        for name in dataset.files
        if name.count("/") == 1 and name.endswith("/train.parquet")
    )
    return [name for name in parts if name in partitions], parts


def judge(
    dataset: Version, subject: Subject, base: str, thresholds: training.Thresholds
) -> Judgement:
    """Say whether to train an adapter that is not up to date. Reads the tables that changed.

    Raises `StoreError`, `OSError` or a polars error when they cannot be read.
    """
    facts = subject.adapter.facts if subject.adapter else {}
    known: Mapping[str, str] = facts.get("parts", {})
    same = {name for name, part in subject.parts.items() if known.get(name) == part}
    before = _trained_on(subject.adapter)
    if before is not None and same:
        kept = before.filter(pl.col("project").is_in(list(same)))
    else:
        kept, same = training.TRAINED_ON.frame(), set()
    read = [
        training.trained_on(dataset.scan(f"{name}/train").select(_COLUMNS).collect())
        for name in sorted(subject.parts.keys() - same)
    ]
    now = pl.concat([kept, *read])
    if now.is_empty():
        return Judgement(None, "has no pairs to train on")
    if subject.adapter is None:
        return Judgement(f"there is no adapter yet; {now.height} pairs to learn")
    if facts.get("base_model", base) != base:
        return Judgement("the base model is not the one that the adapter was trained for")
    if before is None:
        return Judgement("the data changed, and the adapter does not say what it was trained on")
    moved = training.movement(before, now)
    reason = training.why(moved, thresholds)
    return Judgement(reason, "" if reason else training.how_little(moved, thresholds))


def judge_all(
    cursor: str | None,
    dataset: Version,
    outdated: Mapping[str, Subject],
    base: str,
    thresholds: training.Thresholds,
    put_off: dict[str, str],
) -> tuple[dict[str, Judgement], str]:
    """Judge each by its tables, or take what the cursor remembers; return the new cursor too."""
    remembered = _remembered(cursor)
    judged: dict[str, Judgement] = {}
    notes: dict[str, list[str | None]] = {}
    reads = 0
    for name, subject in outdated.items():
        key = f"{subject.state(base)} {thresholds}"
        note = remembered.get(name)
        if note and note[0] == key:
            judged[name] = Judgement(note[1], note[2] or "")
        elif reads >= READ_PER_TICK:
            put_off[name] = "is looked at in the next tick"
            continue
        else:
            reads += 1
            try:
                judged[name] = judge(dataset, subject, base, thresholds)
            except (StoreError, OSError, pl.exceptions.PolarsError) as error:
                put_off[name] = f"cannot be compared: {error}"
                continue
        notes[name] = [key, judged[name].reason, judged[name].otherwise]
    return judged, json.dumps(notes)


def _remembered(cursor: str | None) -> dict[str, list[str | None]]:
    """Read the cursor; one of another version is forgotten, at the cost of reading tables again."""
    try:
        notes = json.loads(cursor or "{}")
    except json.JSONDecodeError:
        return {}
    if not isinstance(notes, dict):
        return {}
    return {name: note for name, note in notes.items() if isinstance(note, list) and len(note) == 3}


def _trained_on(adapter: Version | None) -> pl.DataFrame | None:
    """Return what the adapter was trained on; None of one that was trained before it was kept."""
    if adapter is None or "trained_on.parquet" not in adapter.files:
        return None
    return adapter.table("trained_on")
