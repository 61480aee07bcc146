"""Requests to one host at an even pace, from several threads."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets through `per_second` requests a second to each host."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, until: float = float("inf")) -> bool:
        """Wait for the host's next turn; return False at once when that comes after `until`."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next.get(host, now))
            if turn > until:
                return False
            self._next[host] = turn + self._gap
        if turn > now:
            self._sleep(turn - now)
        return True
