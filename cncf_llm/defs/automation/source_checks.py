"""Check many sources at once: in threads, at an even pace for each host, within a time."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from cncf_llm import ingest as stage
from cncf_llm.ingest import Source, UnreadableSourceError
from cncf_llm.ingest.pace import Pace
from cncf_llm.ingest.stackexchange.api import API, Api
from cncf_llm.ingest.stackexchange.state import METHOD

THREADS = 16
PER_SECOND = 8.0  # checks of one host; twice as many requests when it is a website
ONE_CHECK = 8.0  # seconds for one answer
START_WITHIN = 25.0  # seconds of a tick in which checks start
END_WITHIN = 40.0  # seconds after which answers are no longer waited for; a tick has 60
QUOTA_LEFT = 100  # requests a day that checks of Stack Overflow leave to the readings
QUOTA_REST = 6 * 3_600  # seconds without checks when there are no more than that


@dataclass(frozen=True)
class Check:
    """A source of a project, and its state when it was read, if it was."""

    project: str
    source: Source
    known: str | None


@dataclass
class Found:
    """States and reasons of those that were checked. What is in neither had no time."""

    states: dict[Check, str] = field(default_factory=dict)
    problems: dict[Check, UnreadableSourceError] = field(default_factory=dict)


class StackOverflow:
    """One client for all tags, asked by one thread at a time, that never waits in a tick."""

    def __init__(self, key: str | None, base_url: str = API) -> None:
        self.api = Api(base_url, key, patience=0.0, timeout=ONE_CHECK)
        self._lock = threading.Lock()

    def state(self, check: Check) -> str:
        with self._lock:
            return stage.source_state(check.source, check.known, mirror=None, api=self.api)

    def close(self) -> float:
        """Close the connection; return the seconds for which the API should be left alone."""
        if not self._lock.acquire(timeout=2):
            return QUOTA_REST  # an answer that does not come to its end
        try:
            self.api.close()
            spent = self.api.quota is not None and self.api.quota < QUOTA_LEFT
            return QUOTA_REST if spent else self.api.must_wait(METHOD)
        finally:
            self._lock.release()


def check_all(
    checks: Sequence[Check],
    *,
    mirror: Path | None,
    offline: bool,
    stackoverflow: StackOverflow | None,
    started: float,
    unexpected: Callable[[Check, Exception], None],
) -> Found:
    """Check the sources in this order, as far as the time allows that began at `started`.

    One check that fails in a way that nobody thought of is told to `unexpected` and stops no other.
    """
    found = Found()
    pace = Pace(PER_SECOND)
    resting: set[str] = set()  # hosts that asked to be left alone in the course of this tick

    def state(check: Check) -> str:
        if check.source.kind == stage.STACKOVERFLOW and mirror is None and stackoverflow:
            return stackoverflow.state(check)
        return stage.source_state(
            check.source, check.known, mirror=mirror, offline=offline, seconds=ONE_CHECK
        )

    def one(check: Check) -> str | UnreadableSourceError | None:
        until = started + START_WITHIN
        host = check.source.host
        if time.monotonic() > until or (mirror is None and not pace.wait(host, until)):
            return None
        if host in resting:
            return None  # it stays due; the tick tells the host's own reason once
        try:
            return state(check)
        except UnreadableSourceError as error:
            if mirror is None and asks_for_rest(error):
                resting.add(host)
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
            unexpected(check, error)
            return UnreadableSourceError("unexpected", f"{type(error).__name__}: {error}"[:300])

    pool = ThreadPoolExecutor(THREADS)
    futures = {pool.submit(one, check): check for check in checks}
    done, _ = wait(futures, timeout=max(0.0, started + END_WITHIN - time.monotonic()))
    pool.shutdown(wait=False, cancel_futures=True)
    for future in done:
        result = future.result()
        if isinstance(result, UnreadableSourceError):
            found.problems[futures[future]] = result
        elif result is not None:
            found.states[futures[future]] = result
    return found


def asks_for_rest(error: UnreadableSourceError) -> bool:
    """Say whether the answer means that the host should not be asked anything for a while."""
    return error.reason in ("rate-limited", "throttled", "quota-exhausted")
