"""A task as a request for pairs, and accepted pairs as a request for other wordings."""

import json
from collections.abc import Sequence

from cncf_llm.questions.written.judge import Pair
from cncf_llm.questions.written.messages import (
    TEMPERATURES,
    Request,
    fenced,
    list_schema,
    mark_of,
)
from cncf_llm.questions.written.prompts import pair_prompt, paraphrase_prompt
from cncf_llm.questions.written.tasks import Source, Task

_PAIRS = list_schema("pairs", {"question": "string", "answer": "string", "evidence": "strings"})
_PARAPHRASES = list_schema(
    "paraphrases", {"number": "integer", "question": "string", "answer": "string"}
)


def ask_for_pairs(task: Task, model: str, seed: int, attempt: int) -> tuple[Request, str]:
    """Return the request for a task's pairs and the mark of its fence. `attempt` counts from 0."""
    mark = mark_of(*(_shown(source) for source in task.sources))
    shown = [
        fenced(f"PASSAGE {number}", _shown(source), mark)
        for number, source in enumerate(task.sources, start=1)
    ]
    closing = "Write the pairs about the material above, as one JSON object."
    return (
        Request(
            model=model,
            system=pair_prompt(task.kind).text(task.project, mark),
            user="\n\n".join((*shown, closing)),
            schema=_PAIRS,
            seed=seed + attempt,
            temperature=TEMPERATURES[attempt],
        ),
        mark,
    )


def ask_for_paraphrases(
    task: Task, pairs: Sequence[Pair], model: str, seed: int, attempt: int
) -> tuple[Request, str]:
    """Return the request for other wordings of a task's pairs, numbered from 1."""
    listed = [
        {"number": number, "question": pair.question, "answer": pair.answer}
        for number, pair in enumerate(pairs, start=1)
    ]
    text = json.dumps(listed, ensure_ascii=False, indent=1)
    mark = mark_of(text)
    return (
        Request(
            model=model,
            system=paraphrase_prompt().text(task.project, mark),
            user=f"{fenced('PAIRS', text, mark)}\n\nRephrase these pairs, as one JSON object.",
            schema=_PARAPHRASES,
            seed=seed + attempt,
            temperature=TEMPERATURES[attempt],
        ),
        mark,
    )


def _shown(source: Source) -> str:
    return f"Document: {source.title}\nSection: {source.section}\n\n{source.text}"
