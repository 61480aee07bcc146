"""The pairs that a model writes for one project: asked, judged, asked again, rephrased."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from cncf_llm.questions.written.ask import ask_for_pairs, ask_for_paraphrases
from cncf_llm.questions.written.grounding import ground
from cncf_llm.questions.written.judge import Pair, Refusal, read_pairs, read_paraphrases
from cncf_llm.questions.written.messages import (
    TEMPERATURES,
    EndpointError,
    Model,
    NotAskedError,
    Reply,
    Request,
    RequestRefusedError,
)
from cncf_llm.questions.written.paraphrase import rephrase
from cncf_llm.questions.written.rows import Outcome, Written, rows
from cncf_llm.questions.written.tasks import Chosen, Task

Report = Callable[[int, int, str], None]


@dataclass
class _Conversation:
    """What the tasks of one run share. `known` are replies from before, `keep` stores a new one."""

    name: str
    model: Model | None
    known: Mapping[str, Reply]
    keep: Callable[[str, Reply], None]
    used: dict[str, Reply] = field(default_factory=dict)
    answered: int = 0
    _silent: EndpointError | None = None  # the last failure that may be the endpoint's
    _pending: dict[str, asyncio.Task[Reply]] = field(default_factory=dict)

    async def reply(self, request: Request) -> Reply:
        """Return the reply to a request; one that was ever answered is never asked again."""
        key = request.key
        if key not in self._pending:
            self._pending[key] = asyncio.create_task(self._reply(key, request))
        reply = await self._pending[key]
        self.used[key] = reply
        return reply

    async def _reply(self, key: str, request: Request) -> Reply:
        if key in self.known:
            return self.known[key]
        if self.model is None:
            raise NotAskedError("no model is set, and this was not asked before")
        try:
            reply = await self.model.ask(request)
        except EndpointError as error:
            if not isinstance(error, RequestRefusedError):
                self._silent = error
            raise
        self.keep(key, reply)
        self.answered += 1
        return reply

    @property
    def down(self) -> str | None:
        """Why all that was asked has no reply, if that is so."""
        return str(self._silent) if self._silent and not self.answered else None


def write(
    chosen: Chosen,
    passages: pl.DataFrame,
    *,
    name: str,
    model: Model | None,
    known: Mapping[str, Reply],
    keep: Callable[[str, Reply], None],
    seed: int,
    report: Report = lambda done, total, message: None,
) -> Written:
    """Let a model write the pairs of the chosen tasks.

    `passages` is the project's PASSAGES. `name` is the model's; with `model` None nothing is asked,
    and the pairs are those of the replies in `known`. `keep` is called with each new reply and must
    have stored it when it returns. A reply without any usable pair is asked for again, with another
    seed, `len(TEMPERATURES)` times in all; likewise its paraphrases. A task whose request has no
    reply is dropped (`endpoint-error`, `request-refused`, `no-model`) and counted in `unanswered`.
    Where requests were made and not one was answered, `down` says why: the result is then what was
    known before.
    """
    conversation = _Conversation(name, model, known, keep)
    try:
        outcomes = asyncio.run(_write_all(chosen.tasks, conversation, seed, report))
    except ExceptionGroup as group:  # the first error ended all tasks, such as a full disk
        raise group.exceptions[0] from group
    new = set(conversation.used) - set(known)
    written = rows(outcomes, passages, name, conversation.used, new, chosen.fit)
    return replace(written, down=conversation.down)


async def _write_all(
    tasks: Sequence[Task], conversation: _Conversation, seed: int, report: Report
) -> list[Outcome]:
    done = 0

    async def one(task: Task) -> Outcome:
        nonlocal done
        outcome = await _write(task, conversation, seed)
        done += 1
        report(done, len(tasks), f"{conversation.answered} replies")
        return outcome

    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(one(task)) for task in tasks]
    finally:
        if conversation.model is not None:
            await conversation.model.close()
    return [each.result() for each in running]


async def _write(task: Task, conversation: _Conversation, seed: int) -> Outcome:
    """Return what becomes of one task."""
    outcome = Outcome(task)
    try:
        for attempt in range(len(TEMPERATURES)):
            request, mark = ask_for_pairs(task, conversation.name, seed, attempt)
            reply = await conversation.reply(request)
            outcome.pairs = _judge_pairs(reply, request, mark, outcome, attempt)
            if outcome.pairs:
                break
        for attempt in range(len(TEMPERATURES) if outcome.pairs else 0):
            request, mark = ask_for_paraphrases(
                task, outcome.pairs, conversation.name, seed, attempt
            )
            reply = await conversation.reply(request)
            outcome.paraphrases = _judge_paraphrases(reply, request, mark, outcome, attempt)
            if outcome.paraphrases:
                break
    except EndpointError as error:
        outcome.unanswered = True
        outcome.refuse(Refusal(error.reason, str(error)))
    return outcome


def _judge_pairs(
    reply: Reply, request: Request, mark: str, outcome: Outcome, attempt: int
) -> list[Pair]:
    read = read_pairs(reply, request.system, mark)
    kept: list[Pair] = []
    if isinstance(read, Refusal):
        outcome.refuse(read, attempt)
    else:
        for written in read:
            found = ground(written, outcome.task)
            if isinstance(found, Refusal):
                outcome.refuse(found, attempt)
            else:
                kept.append(found)
    outcome.count(bool(kept))
    return kept


def _judge_paraphrases(
    reply: Reply, request: Request, mark: str, outcome: Outcome, attempt: int
) -> dict[int, Pair]:
    read = read_paraphrases(reply, request.system, mark)
    kept: dict[int, Pair] = {}
    if isinstance(read, Refusal):
        outcome.refuse(read, attempt, of="paraphrase")
    else:
        for written in read:
            found = rephrase(written, outcome.pairs, outcome.task)
            if isinstance(found, Refusal):
                outcome.refuse(found, attempt, of="paraphrase")
            else:
                kept.setdefault(*found)
    outcome.count(bool(kept))
    return kept
