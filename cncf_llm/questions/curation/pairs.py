"""All pairs of a project, judged with their sources in sight."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from cncf_llm.questions import review
from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.curation.entailment import LEAST, Entailment
from cncf_llm.questions.curation.filters import FILTERS, WITHOUT_SOURCE, refuse
from cncf_llm.questions.curation.judging import Judge
from cncf_llm.questions.curation.near_duplicates import near_duplicates, signature_of
from cncf_llm.questions.curation.support import support_of
from cncf_llm.questions.curation.tables import CURATED, JUDGEMENTS, VERSION
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import normalised
from cncf_llm.store import DROPS, carry_over, digest

_INPUTS = "judgement_inputs"  # `inputs` is the name of the generators' own


@dataclass(frozen=True)
class Curated:
    """What is left of a project's pairs and facts. `state` goes into the next call as `previous`.

    `reused`, `computed` and `removed` count pairs; `unjudged` those that the judge gave no verdict
    on: a tier below decided, and the next call asks again. `judged` counts pairs and refused ones
    by family of generators. `waiting` counts verdicts of reviews whose pair is not there.
    """

    pairs: pl.DataFrame
    facts: pl.DataFrame
    drops: pl.DataFrame
    state: dict[str, pl.DataFrame]
    reused: int
    computed: int
    removed: int
    unjudged: int
    waiting: int
    judged: dict[str, dict[str, int]]


def curate_pairs(
    pairs: pl.DataFrame,
    facts: pl.DataFrame,
    sources: Mapping[str, str],
    project: str,
    verdicts: pl.DataFrame,
    previous: Mapping[str, pl.DataFrame] | None = None,
    entailment: Entailment | None = None,
    judge: Judge | None = None,
) -> Curated:
    """Judge PAIRS (of any generators) and drop what is refused; drop FACTS that lose all pairs.

    `sources` maps passage ids to texts with titles and headings, `project` is the name that
    questions say, `verdicts` are those of reviews. A pair is judged again only when it or one of
    its passages changed. Raises `EntailmentError` when that model cannot be used.
    """
    rows = {row["qa_id"]: row for row in pairs.to_dicts()}
    cases = {qa_id: _case(row, sources, project) for qa_id, row in rows.items()}
    hashes = [digest(vars(case) | {"sources": [*case.sources]}) for case in cases.values()]
    inputs = pl.DataFrame(
        {"qa_id": list(cases), "content_hash": hashes},
        schema={"qa_id": pl.String, "content_hash": pl.String},
    )
    unjudged: set[str] = set()

    def compute(changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
        chosen = {qa_id: cases[qa_id] for qa_id in changed["qa_id"]}
        judgements = _judge(chosen, rows, entailment, judge, unjudged)
        return {"judgements": JUDGEMENTS.frame(judgements)}

    tiers = {"nli": entailment and entailment.name, "judge": judge and judge.name}
    carried = carry_over(
        inputs,
        previous and {"judgements": previous["judgements"], "inputs": previous[_INPUTS]},
        compute,
        key="qa_id",
        recipe=digest({"version": VERSION, **tiers}),
    )
    judgements = carried.tables["judgements"]
    refused = judgements.filter(pl.col("reason").is_not_null())
    judged = pairs.join(
        judgements.select("qa_id", "support", "support_tier"),
        on="qa_id",
        how="left",
        maintain_order="left",
    ).select(CURATED.schema.names())
    reviewed = review.apply(judged, verdicts)
    refused = refused.filter(
        ~pl.col("qa_id").is_in(reviewed.trusted), pl.col("qa_id").is_in(reviewed.pairs["qa_id"])
    )
    kept = reviewed.pairs.filter(~pl.col("qa_id").is_in(refused["qa_id"].implode()))
    kept, twice = _once(kept, judgements, reviewed.trusted)
    return Curated(
        pairs=kept,
        facts=_facts(facts, kept),
        drops=pl.concat([reviewed.drops, _drops(refused, rows), twice]),
        state={
            "judgements": judgements,
            _INPUTS: carried.tables["inputs"].filter(~pl.col("input_id").is_in(unjudged)),
        },
        reused=carried.reused,
        computed=carried.computed,
        removed=carried.removed,
        unjudged=len(unjudged),
        waiting=reviewed.waiting,
        judged=_families(pairs, refused["qa_id"]),
    )


def _case(row: Mapping[str, Any], sources: Mapping[str, str], project: str) -> Case:
    texts = tuple(sources[each] for each in row["passage_ids"] if each in sources)
    return Case(row["question"], row["answer"], row["subject"], project, row["kind"], texts)


def _judge(
    cases: Mapping[str, Case],
    rows: Mapping[str, Mapping[str, Any]],
    entailment: Entailment | None,
    judge: Judge | None,
    unjudged: set[str],
) -> Iterable[dict[str, object]]:
    """Return a judgement of each pair: first the rules, then the models on what passed them."""
    found = {qa_id: _by_rules(qa_id, case, rows[qa_id]) for qa_id, case in cases.items()}

    def passing() -> Iterable[tuple[Case, list[str]]]:
        """Each answer once, with the pairs that have it: a model reads it once a fact."""
        good = [qa_id for qa_id, row in found.items() if row["reason"] is None]
        good = [qa_id for qa_id in good if cases[qa_id].sources]

        def of_fact(qa_id: str) -> tuple[str, str]:
            return rows[qa_id]["fact_id"], rows[qa_id]["answer"]

        for _, group in groupby(sorted(good, key=of_fact), key=of_fact):
            same = list(group)
            yield cases[same[0]], same

    def note(qa_ids: Iterable[str], tier: str, support: float, drop: Drop | None) -> None:
        for qa_id in qa_ids:
            found[qa_id] |= {"support": support, "support_tier": tier}
            found[qa_id] |= {"reason": drop and drop.reason, "detail": drop and drop.detail}

    if entailment:
        for case, same in list(passing()):
            support = round(entailment.support(case), 4)
            drop = Drop("not-entailed", f"{support}: {case.question}") if support < LEAST else None
            note(same, "nli", support, drop)
    if judge:
        left = list(passing())
        verdicts = judge.verdicts([case for case, _ in left])
        for (_, same), verdict in zip(left, verdicts, strict=True):
            if verdict is None:
                unjudged.update(same)
                continue
            drop = None if verdict.good else Drop("refused-by-judge", verdict.reason)
            note(same, "judge", float(verdict.good), drop)
    return found.values()


def _by_rules(qa_id: str, case: Case, row: Mapping[str, Any]) -> dict[str, object]:
    drop = refuse(case, FILTERS if case.sources else WITHOUT_SOURCE)
    first = row["phrasing"] == 0
    return {
        "qa_id": qa_id,
        "reason": drop and drop.reason,
        "detail": drop and drop.detail,
        "support": round(support_of(case), 4) if case.sources else None,
        "support_tier": "lexical" if case.sources else "none",
        "signature": signature_of(case.question, case.answer) if first else None,
    }


def _once(
    pairs: pl.DataFrame, judgements: pl.DataFrame, trusted: set[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Drop what says the same as another fact's pair; what a person trusts stays."""
    of_trusted = set(pairs.filter(pl.col("qa_id").is_in(trusted))["fact_id"])
    order = sorted(pairs.to_dicts(), key=lambda row: row["fact_id"] not in of_trusted)
    signatures = dict(judgements.select("qa_id", "signature").iter_rows())
    first = [
        row | {"signature": signatures[row["qa_id"]]}
        for row in order
        if signatures[row["qa_id"]] is not None
    ]
    same = near_duplicates(first)
    drops: dict[str, tuple[str, str]] = {}
    asked: dict[str, str] = {}
    for row in order:
        if row["fact_id"] in of_trusted:
            asked.setdefault(normalised(row["question"]), row["fact_id"])
            continue
        if row["fact_id"] in same:
            drops[row["qa_id"]] = ("near-duplicate", f"{row['question']}: {same[row['fact_id']]}")
            continue
        other = asked.setdefault(normalised(row["question"]), row["fact_id"])
        if other != row["fact_id"]:
            drops[row["qa_id"]] = ("duplicate-question", f"{row['question']}: {other}")
    rows = {row["qa_id"]: row for row in order}
    return pairs.filter(~pl.col("qa_id").is_in(list(drops))), DROPS.frame(
        {
            "project": rows[qa_id]["project"],
            "item": qa_id,
            "reason": reason,
            "detail": detail,
        }
        for qa_id, (reason, detail) in drops.items()
    )


def _drops(refused: pl.DataFrame, rows: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    return DROPS.frame(
        {
            "project": rows[row["qa_id"]]["project"],
            "item": row["qa_id"],
            "reason": row["reason"],
            "detail": f"{rows[row['qa_id']]['subject']}: {row['detail']}",
        }
        for row in refused.to_dicts()
    )


def _facts(facts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep facts that have a pair, with the answer of a review where it corrected theirs."""
    corrected = pairs.filter(pl.col("support_tier") == "review").sort("phrasing", descending=True)
    answers = dict(corrected.select("fact_id", "answer").iter_rows())
    kept = facts.filter(pl.col("fact_id").is_in(pairs["fact_id"].implode())).to_dicts()
    for row in kept:
        answer = answers.get(row["fact_id"], row["answer"])
        if answer != row["answer"]:
            row |= {"answer": answer, "content_hash": digest({**row, "answer": answer})}
    return pl.DataFrame(kept, schema=facts.schema)


def _families(pairs: pl.DataFrame, refused: pl.Series) -> dict[str, dict[str, int]]:
    """Count pairs and refused ones by the first part of `generator`: template or model."""
    found: dict[str, dict[str, int]] = {}
    bad = set(refused)
    for qa_id, generator in pairs.select("qa_id", "generator").iter_rows():
        counts = found.setdefault(generator.partition("/")[0], {"pairs": 0, "refused": 0})
        counts["pairs"] += 1
        counts["refused"] += qa_id in bad
    return dict(sorted(found.items()))
