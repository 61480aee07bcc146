"""Whether each filter can still tell known-good pairs from known-bad ones: `probes.yaml`."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.curation.entailment import LEAST, Entailment
from cncf_llm.questions.curation.filters import FILTERS
from cncf_llm.questions.curation.judging import Judge
from cncf_llm.questions.curation.near_duplicates import near_duplicates, signature_of

Probed = dict[str, dict[str, int]]  # filter to {good, passed, bad, refused}
LEAST_RIGHT = 0.8  # of the probes of a model; a rule must be right in all


def probe(entailment: Entailment | None = None, judge: Judge | None = None) -> Probed:
    """Show each filter its probes, and count what it passes of the good and refuses of the bad."""
    found: Probed = {}
    for name, judge_one in FILTERS.items():
        good, bad = _cases(name, "good"), _cases(name, "bad")
        refused = [[judge_one(case) is not None for case in cases] for cases in (good, bad)]
        found[name] = _counts(*refused)
    found["near_duplicates"] = _counts(*(_same(which) for which in ("good", "bad")))
    read = [_cases("entailment", which) for which in ("good", "bad")]
    if entailment:
        found["nli"] = _counts(
            *([entailment.support(one) < LEAST for one in each] for each in read)
        )
    if judge:
        verdicts = judge.verdicts([*read[0], *read[1]])
        # No reply tells nothing apart: a good one without a verdict counts as refused.
        good = [verdict is None or not verdict.good for verdict in verdicts[: len(read[0])]]
        bad = [verdict is not None and not verdict.good for verdict in verdicts[len(read[0]) :]]
        found["judge"] = _counts(good, bad)
    return found


def blind(probed: Probed) -> list[str]:
    """Return the names of the filters that cannot tell good from bad."""
    return [
        name
        for name, counts in probed.items()
        if min(counts["passed"] / counts["good"], counts["refused"] / counts["bad"])
        < (LEAST_RIGHT if name in ("nli", "judge") else 1)
    ]


def _counts(good: list[bool], bad: list[bool]) -> dict[str, int]:
    """Count from whether each probe was refused."""
    return {
        "good": len(good),
        "passed": len(good) - sum(good),
        "bad": len(bad),
        "refused": sum(bad),
    }


def _cases(name: str, which: str) -> list[Case]:
    probes = _probes()[name]
    return [
        Case(
            question=each.get("question", "What is the cache limit of Starling?"),
            answer=" ".join([each.get("answer", "20 GiB.")] * each.get("repeat", 1)),
            project=probes.get("project", "Starling"),
            kind=each.get("kind", ""),
            sources=(each.get("source", probes.get("source", "")),),
        )
        for each in probes[which]
    ]


def _same(which: str) -> list[bool]:
    found = []
    for each in _probes()["near_duplicates"][which]:
        rows = [
            {"fact_id": name, "question": each[f"{at}question"], "answer": each[f"{at}answer"]}
            for name, at in (("a", ""), ("b", "other_"))
        ]
        for row in rows:
            row["signature"] = signature_of(row["question"], row["answer"])
        found.append(bool(near_duplicates(rows)))
    return found


@cache
def _probes() -> dict[str, Any]:
    return yaml.safe_load((files(__package__ or "") / "probes.yaml").read_text("utf-8"))
