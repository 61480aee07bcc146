"""Benchmark items: facts asked in words that no training pair uses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

import polars as pl

from cncf_llm.evaluation.item_tables import ITEMS
from cncf_llm.questions.words import normalised, overlap, words
from cncf_llm.store import DROPS, content_hash, stable_id

DISTRACTORS = 3
SAME_ANSWER = 0.8  # two answers with this share of word trigrams in common say the same

_SET_OF = {"train": "recall", "test": "unseen"}
_Fact = Mapping[str, Any]


def build_items(
    facts: pl.DataFrame, pairs: pl.DataFrame, *, most: int = 200
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ITEMS of one project and a drops table, from its FACTS and PAIRS.

    `recall` asks for facts of the train split, `unseen` for facts of the test split; both with the
    facts' held-out questions. A fact of the test split that training also states is not unseen,
    and dropped. A question in its author's own words (FAQ, Stack Overflow) has no other to hold
    out: of the train split it makes no item, of the test split it is asked as it stands.

    Of each set at most `most` items are taken: the kinds in turn, and within a kind by the hash of
    the fact's id. So an item stays when documents come and go, as long as its fact does and no fact
    with a lower hash takes its place. What is over the limit is no drop.
    """
    rows = facts.sort("fact_id").to_dicts()
    trained = _Trained(row for row in rows if row["split"] == "train")
    trains = pairs.filter(pl.col("split") != "test")  # test pairs train nothing
    asked = {normalised(question) for question in trains["question"]}
    by_kind: dict[str, list[_Fact]] = defaultdict(list)
    for row in rows:
        by_kind[row["kind"]].append(row)
    found: dict[str, list[dict[str, object]]] = {"recall": [], "unseen": []}
    drops: list[dict[str, object]] = []
    for row in rows:
        if row["split"] not in _SET_OF or not row["held_out"]:
            continue  # what a model wrote has no questions that are held out
        item, reason, detail = _item(row, by_kind[row["kind"]], trained, asked)
        if item:
            found[str(item["set"])].append(item)
        else:
            drops.append(
                {
                    "project": row["project"],
                    "item": row["fact_id"],
                    "reason": reason,
                    "detail": f"{row['subject']}: {detail}",
                }
            )
    items = [item for name in ("recall", "unseen") for item in _select(found[name], most)]
    return ITEMS.frame(items), DROPS.frame(drops)


class _Trained:
    """What the facts of the train split say, to be compared with a fact of the test split."""

    def __init__(self, facts: Iterable[_Fact]) -> None:
        self._answers: dict[str, list[str]] = defaultdict(list)
        self._said: set[tuple[str, str]] = set()
        for fact in facts:
            self._answers[fact["kind"]].append(fact["answer"])
            self._said.add((fact["kind"], normalised(fact["subject"])))

    def says(self, fact: _Fact) -> str | None:
        """Return how training gives a fact away, or None when it does not."""
        if (fact["kind"], normalised(fact["subject"])) in self._said:
            return "a training fact has this subject"
        for answer in self._answers[fact["kind"]]:
            if normalised(answer) == normalised(fact["answer"]):
                return "a training fact has this answer"
            if overlap(answer, fact["answer"]) >= SAME_ANSWER:
                return f"a training fact has nearly this answer: {answer[:60]}"
        return None


def _item(
    fact: _Fact, same_kind: list[_Fact], trained: _Trained, asked: set[str]
) -> tuple[dict[str, object] | None, str, str]:
    """Return the item of a fact; or None, with a reason and what exactly was wrong."""
    name = _SET_OF[fact["split"]]
    question = next((each for each in fact["held_out"] if normalised(each) not in asked), None)
    if question is None:
        return None, "asked-in-training", "every held-out question is one of a pair"
    given_away = trained.says(fact) if name == "unseen" else None
    if given_away:
        return None, "seen-in-training", given_away
    wrong = distractors(fact, same_kind)
    if len(wrong) < DISTRACTORS:
        detail = f"{len(wrong)} other answers of kind {fact['kind']}"
        return None, "too-few-distractors", detail
    copied = ("project", "kind", "fact_id", "subject", "answer", "passage_ids", "document_ids")
    item = {column: fact[column] for column in (*copied, "url", "repository", "path", "revision")}
    item |= {
        "item_id": stable_id("itm", name, fact["fact_id"], question),
        "set": name,
        "question": question,
        "distractors": wrong,
    }
    return item, "", ""


def distractors(fact: _Fact, same_kind: Iterable[_Fact]) -> list[str]:
    """Return up to three wrong answers, taken from other facts of the same kind.

    Preferred are answers of the same split, because a model that was trained on the wrong answers
    alone would be drawn to them; then answers of half to twice the length, because a much shorter
    or longer one gives itself away. Among equals the lowest hash of both ids decides, so a new
    fact seldom changes an old item. None equals, contains or nearly repeats the right answer or
    another wrong one: it might be right as well.
    """

    def rank(other: _Fact) -> tuple[bool, bool, str]:
        length, right = len(words(other["answer"])), len(words(fact["answer"]))
        similar = right <= 2 * length and length <= 2 * right
        tie = content_hash(f"{fact['fact_id']} {other['fact_id']}")
        return other["split"] != fact["split"], not similar, tie

    chosen: list[str] = []
    for other in sorted(same_kind, key=rank):
        if other["fact_id"] == fact["fact_id"] or other["subject"] == fact["subject"]:
            continue
        if not any(_same(other["answer"], taken) for taken in (fact["answer"], *chosen)):
            chosen.append(other["answer"])
        if len(chosen) == DISTRACTORS:
            break
    return chosen


def _same(one: str, other: str) -> bool:
    a, b = set(words(one)), set(words(other))
    return len(a & b) >= SAME_ANSWER * min(len(a), len(b))


def _select(items: list[dict[str, object]], most: int) -> list[dict[str, object]]:
    """Take the kinds in turn, within a kind by the hash of the fact's id, up to a number."""
    by_kind: dict[str, list[dict[str, object]]] = defaultdict(list)
    for item in sorted(items, key=lambda item: content_hash(str(item["fact_id"]))):
        by_kind[str(item["kind"])].append(item)
    turns = zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
    taken = [item for turn in turns for item in turn if item is not None]
    return sorted(taken[:most], key=lambda item: str(item["item_id"]))
