import asyncio

import pytest

from cncf_llm.questions.written.gate import Gate


async def hold(gate, count):
    """Hold `count` places at once and return what they were given."""
    passages = [gate.passage() for _ in range(count)]
    held = [await passage.__aenter__() for passage in passages]
    for passage in passages:
        await passage.__aexit__(None, None, None)
    return held


def test_refusals_of_one_round_halve_once_and_success_brings_it_back():
    async def scenario():
        gate = Gate(16, asyncio.sleep)
        for halved in await hold(gate, 16):
            gate.refused(halved, 0.0)
        assert gate.limit == 8
        for halved in await hold(gate, 8):
            gate.refused(halved, 0.0)
        assert gate.limit == 4
        for _ in range(1000):
            gate.accepted()
        assert gate.limit == 16

    asyncio.run(scenario())


def test_no_more_pass_than_the_limit():
    async def scenario():
        gate = Gate(2, asyncio.sleep)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hold(gate, 3), timeout=0.05)

    asyncio.run(scenario())


def test_one_always_passes():
    async def scenario():
        gate = Gate(1, asyncio.sleep)
        for _ in range(5):
            (halved,) = await hold(gate, 1)
            gate.refused(halved, 0.0)
        assert gate.limit == 1

    asyncio.run(scenario())


def test_after_a_refusal_all_wait():
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def scenario():
        gate = Gate(4, sleep)
        gate.refused(0, 30.0)
        await hold(gate, 2)

    asyncio.run(scenario())
    assert waits == [pytest.approx(30, abs=1)] * 2
