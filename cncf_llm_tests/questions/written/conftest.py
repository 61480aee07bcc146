"""Fixtures of this folder: a scripted server, and a run of `write` against it."""

import asyncio
from contextlib import ExitStack

import dagster as dg
import pytest

from cncf_llm.questions.written import Endpoint, Ledger, choose_tasks, write
from cncf_llm_tests.questions.literals import NODES, PROJECT
from cncf_llm_tests.questions.written.chat_server import ChatServer


@pytest.fixture(scope="module")
def instance():
    """An instance in memory: each test of this folder has a store of its own."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def serve():
    """Return a function that starts a server with a script."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(ChatServer(script).running())


@pytest.fixture
def waits():
    """The seconds that were waited for, none of them really."""
    return []


@pytest.fixture
def run(tmp_path, waits):
    """Return a function that lets the model behind a URL write the pairs of some passages."""

    async def sleep(seconds):
        waits.append(seconds)
        await asyncio.sleep(0)

    def run(url, passages, known=None, most=200, **changes):
        endpoint = Endpoint(
            f"{url}/chat/completions", "tiny", **({"sleep": sleep, "timeout": 5.0} | changes)
        )
        ledger = Ledger(tmp_path / "replies.jsonl")
        try:
            return write(
                choose_tasks(PROJECT, passages, NODES, most),
                passages,
                name="tiny",
                model=endpoint,
                known=ledger.replies.copy() if known is None else known,
                keep=ledger.append,
                seed=0,
            )
        finally:
            ledger.close()

    return run
