"""How many requests may be under way, adapted to what the endpoint bears."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Gate:
    """Lets up to `most` requests pass at once.

    A refusal for being busy halves the number and each round of successes adds one: additive
    increase, multiplicative decrease (Chiu and Jain, 1989). Refusals of requests that were under
    way together halve it once.
    """

    def __init__(self, most: int, sleep: Callable[[float], Awaitable[object]]) -> None:
        self.most = most
        self.limit = float(most)
        self._sleep = sleep
        self._under_way = 0
        self._halved = 0  # how often; a request remembers it from its start
        self._ready_at = 0.0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[int]:
        """Wait for a place, and hold it. Gives what `refused` must be told."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._under_way < int(self.limit))
            self._under_way += 1
        try:
            pause = self._ready_at - time.monotonic()
            if pause > 0:
                await self._sleep(pause)
            yield self._halved
        finally:
            async with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def accepted(self) -> None:
        """Note a success."""
        self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def refused(self, halved: int, pause: float) -> None:
        """Note that the endpoint is busy, and let nobody pass for `pause` seconds."""
        self._ready_at = max(self._ready_at, time.monotonic() + pause)
        if halved == self._halved:
            self._halved += 1
            self.limit = max(1.0, self.limit / 2)
