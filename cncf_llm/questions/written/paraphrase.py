"""Other wordings of accepted pairs, each held against the pair that it rephrases.

Reasons: `paraphrase-of-nothing`, `paraphrase-repeats`, `paraphrase-loses-facts`, and those of
`grounding.check_wording`.
"""

import re
from collections.abc import Sequence

from cncf_llm.questions.words import normalised
from cncf_llm.questions.written.grounding import check_wording
from cncf_llm.questions.written.judge import Pair, Refusal, ReplyParaphrase
from cncf_llm.questions.written.tasks import Task

# What has no other words: code, and whatever has a digit in it.
_FACT = re.compile(r"```.*?```|`[^`\n]+`|[^\s`(),;:\"']*\d[^\s`(),;:\"']*", re.DOTALL)


def rephrase(
    written: ReplyParaphrase, pairs: Sequence[Pair], task: Task
) -> tuple[int, Pair] | Refusal:
    """Return the place of the pair that is rephrased, and its other wording with its evidence."""
    if not 1 <= written.number <= len(pairs):
        return Refusal("paraphrase-of-nothing", f"number {written.number} of {len(pairs)}")
    pair = pairs[written.number - 1]
    question, answer = written.question.strip(), written.answer.strip()
    if refusal := check_wording(question, answer, task.project):
        return refusal
    if normalised(question) == normalised(pair.question):
        return Refusal("paraphrase-repeats", question)
    for before, after in ((pair.question, question), (pair.answer, answer)):
        if lost := _facts(before) - _facts(after):
            return Refusal("paraphrase-loses-facts", f"{question}: {', '.join(sorted(lost))[:200]}")
        if task.kind != "unanswerable" and (new := _facts(after) - _facts(before)):
            return Refusal("paraphrase-adds-facts", f"{question}: {', '.join(sorted(new))[:200]}")
    return written.number - 1, Pair(question, answer, pair.quotes)


def _facts(text: str) -> set[str]:
    return {found.strip("`.").strip() for found in _FACT.findall(text)}
