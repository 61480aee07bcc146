"""The tier `judge`: a language model behind the endpoint says whether passages support an answer.

The prompt is `prompts/judge.md`, with its version on top. Each fact is one request; a reply is
stored before it is used, so none is paid for twice.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

import yaml

from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.written.messages import (
    EndpointError,
    Model,
    Reply,
    Request,
    fenced,
    list_schema,
    mark_of,
)

_MOST_CHARACTERS = 24_000  # of passages in one request
_SCHEMA = {"supported": "boolean", "complete": "boolean", "reason": "string"}


@dataclass(frozen=True)
class Verdict:
    """What the judge says; `reason` is its own."""

    good: bool
    reason: str


@dataclass
class Judge:
    """A model that judges. `known` are replies, which it adds new ones to; `keep` stores one.

    `connect` returns the model, anew for each batch: a client belongs to one event loop.
    """

    model: str
    connect: Callable[[], Model]
    known: dict[str, Reply]
    keep: Callable[[str, Reply], None]
    seed: int = 0

    @property
    def name(self) -> str:
        """Model and prompt: who judged."""
        return f"{self.model}/judge@{_prompt()[0]}"

    def verdicts(self, cases: Sequence[Case]) -> list[Verdict | None]:
        """Judge the cases, many at once; None for one that has no usable reply."""
        model = self.connect()

        async def one(case: Case) -> Verdict | None:
            request = request_of(case, self.model, self.seed)
            reply = self.known.get(request.key)
            if reply is None:
                try:
                    reply = await model.ask(request)
                except EndpointError:
                    return None
                self.keep(request.key, reply)
                self.known[request.key] = reply
            return read_verdict(reply)

        async def every() -> list[Verdict | None]:
            try:
                return list(await asyncio.gather(*map(one, cases)))
            finally:
                await model.close()

        return asyncio.run(every()) if cases else []


def request_of(case: Case, model: str, seed: int) -> Request:
    """Return the request that asks about one answer. The material is fenced by a mark."""
    passages = case.source[:_MOST_CHARACTERS]
    mark = mark_of(passages, case.question, case.answer)
    material = "\n\n".join(
        (
            fenced("PASSAGES", passages, mark),
            fenced("QUESTION", case.question, mark),
            fenced("ANSWER", case.answer, mark),
        )
    )
    system = Template(_prompt()[1]).substitute(project=case.project, mark=mark)
    return Request(model, system, material, list_schema("verdicts", _SCHEMA), seed, 0.0)


def read_verdict(reply: Reply) -> Verdict | None:
    """Return the verdict of a reply; None when it is not what was asked for."""
    text = reply.text.strip().removeprefix("```json").removesuffix("```").strip()
    try:
        (verdict,) = json.loads(text)["verdicts"]
        supported, complete, reason = (verdict[key] for key in _SCHEMA)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(supported, bool) or not isinstance(complete, bool):
        return None
    why = "not supported" if not supported else "incomplete"
    return Verdict(supported and complete, f"{why}: {' '.join(str(reason).split())[:200]}")


@cache
def _prompt() -> tuple[str, str]:
    text = (files(__package__ or "") / "prompts" / "judge.md").read_text("utf-8")
    _, front, body = text.split("---\n", 2)
    return str(yaml.safe_load(front)["version"]), body.strip()
