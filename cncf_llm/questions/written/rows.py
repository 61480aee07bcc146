"""What became of the tasks, as tables."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from cncf_llm.corpus import PASSAGES
from cncf_llm.questions.split import common_split
from cncf_llm.questions.tables import FACTS, PAIRS
from cncf_llm.questions.words import normalised
from cncf_llm.questions.written.judge import Pair, Refusal
from cncf_llm.questions.written.messages import Reply
from cncf_llm.questions.written.prompts import pair_prompt, paraphrase_prompt
from cncf_llm.questions.written.tables import EVIDENCE, REPLIES
from cncf_llm.questions.written.tasks import Task
from cncf_llm.store import DROPS, digest, stable_id


@dataclass
class Outcome:
    """What became of one task. `paraphrases` maps the place of a pair to its other wording.

    `replies` counts those that were judged, `useless` those of them without any pair to use.
    `unanswered` says that a request has no reply yet: the task is worth another run.
    """

    task: Task
    pairs: list[Pair] = field(default_factory=list)
    paraphrases: dict[int, Pair] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    replies: int = 0
    useless: int = 0
    unanswered: bool = False

    def refuse(self, refusal: Refusal, attempt: int = 0, of: str = "") -> None:
        """Note a refused reply or pair; it becomes a row of the drops."""
        where = f"{of or self.task.kind}, try {attempt + 1}"
        self.refusals.append(Refusal(refusal.reason, f"{where}: {refusal.detail[:300]}"))

    def count(self, useful: bool) -> None:
        """Count a reply."""
        self.replies += 1
        self.useless += not useful


@dataclass(frozen=True)
class Written:
    """PAIRS, FACTS, EVIDENCE, DROPS and REPLIES of a project, and `counts` worth showing.

    `down` says why the model answered nothing at all, null where it did or was not asked.

    The facts have no held-out questions, so no benchmark is made of them.
    """

    pairs: pl.DataFrame
    facts: pl.DataFrame
    evidence: pl.DataFrame
    drops: pl.DataFrame
    replies: pl.DataFrame
    counts: dict[str, int]
    down: str | None = None


def rows(
    outcomes: Sequence[Outcome],
    passages: pl.DataFrame,
    model: str,
    used: Mapping[str, Reply],
    new: AbstractSet[str],
    fit: Mapping[str, int],
) -> Written:
    """Return the tables of the outcomes, in their order.

    `used` are all replies that were judged, `new` the keys of those that this run asked for. A
    question that was asked before in other marks or case is dropped: `duplicate-question`.
    """
    sources = {row["passage_id"]: row for row in passages.drop("text").to_dicts()}
    facts, pairs, evidence, drops = [], [], [], []
    asked: set[str] = set()
    for outcome in outcomes:
        found = list(outcome.refusals)
        project = sources[outcome.task.sources[0].passage_id]["project"]
        for place, pair in enumerate(outcome.pairs):
            wordings = [(pair, pair_prompt(outcome.task.kind))]
            if other := outcome.paraphrases.get(place):
                wordings.append((other, paraphrase_prompt()))
            fact = _fact(outcome.task, pair, project, sources)
            for phrasing, (wording, prompt) in enumerate(wordings):
                if normalised(wording.question) in asked:
                    found.append(Refusal("duplicate-question", wording.question))
                    if phrasing == 0:
                        break  # the same fact again
                    continue
                asked.add(normalised(wording.question))
                generator = f"model/{model}/{prompt.name}@{prompt.version}"
                pairs.append(_pair(fact, wording, phrasing, generator))
                evidence += _evidence(pairs[-1]["qa_id"], wording)
                if phrasing == 0:
                    facts.append(fact)
        drops += [_drop(project, outcome.task, refusal) for refusal in found]
    counts = {
        "tasks": len(outcomes),
        "unanswered": sum(outcome.unanswered for outcome in outcomes),
        "passages fit": sum(fit.values()),
        "replies": sum(outcome.replies for outcome in outcomes),
        "useless replies": sum(outcome.useless for outcome in outcomes),
        "asked": len(new),
        "reused": len(used) - len(new),
        **_tokens("tokens", used.values()),
        **_tokens("tokens asked", (used[key] for key in new)),
    }
    return Written(
        pairs=PAIRS.frame(pairs),
        facts=FACTS.frame(facts),
        evidence=EVIDENCE.frame(evidence),
        drops=DROPS.frame(drops),
        replies=REPLIES.frame({"key": key, **vars(used[key])} for key in sorted(used)),
        counts=counts,
    )


def no_pairs() -> Written:
    """Return the tables of a project that no model was asked about."""
    return rows([], PASSAGES.frame(), "", {}, set(), {})


def _fact(
    task: Task, pair: Pair, project: str, sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, object]:
    quoted = {quote.passage_id for quote in pair.quotes}
    cited = [source.passage_id for source in task.sources if source.passage_id in quoted]
    from_ = [sources[passage_id] for passage_id in cited]
    documents = sorted({str(row["document_id"]) for row in from_})
    credits = sorted({str(row["attribution"]) for row in from_ if row["attribution"]})
    row: dict[str, object] = {
        "fact_id": stable_id("fct", "written", task.kind, project, normalised(pair.question)),
        "project": project,
        "kind": task.kind,
        "subject": pair.question,
        "answer": pair.answer,
        "held_out": [],
        "passage_ids": cited,
        "document_ids": documents,
        "split": common_split(documents),  # tasks are made of one split
        "licence": " AND ".join(sorted({str(row["licence"]) for row in from_})),
        "attribution": "; ".join(credits) or None,
        **{column: from_[0][column] for column in ("url", "repository", "path", "revision")},
        "content_hash": digest({"answer": pair.answer, "questions": [pair.question]}),
    }
    return {column: row[column] for column in FACTS.columns}


def _pair(
    fact: dict[str, object], wording: Pair, phrasing: int, generator: str
) -> dict[str, object]:
    row = fact | {
        "qa_id": stable_id("qa", fact["fact_id"], phrasing),
        "phrasing": phrasing,
        "question": wording.question,
        "answer": wording.answer,
        "generator": generator,
    }
    return {column: row[column] for column in PAIRS.columns}


def _evidence(qa_id: object, wording: Pair) -> list[dict[str, object]]:
    return [
        {
            "qa_id": qa_id,
            "passage_id": quote.passage_id,
            "start": quote.start,
            "end": quote.end,
            "quote": quote.text,
        }
        for quote in wording.quotes
    ]


def _drop(project: str, task: Task, refusal: Refusal) -> dict[str, object]:
    return {
        "project": project,
        "item": task.sources[0].passage_id,
        "reason": refusal.reason,
        "detail": refusal.detail,
    }


def _tokens(name: str, replies: Iterable[Reply]) -> dict[str, int]:
    held = list(replies)
    return {
        f"prompt {name}": sum(reply.prompt_tokens or 0 for reply in held),
        f"completion {name}": sum(reply.completion_tokens or 0 for reply in held),
    }
