"""A process that reads documents, seen from outside: killed when it takes too long."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import polars as pl

from cncf_llm.corpus.documents import Document, Read
from cncf_llm.corpus.reading_messages import receive, send

_PASSED_ON = ("PATH", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")  # no tokens for a stranger's file
_ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class ReadingLimits:
    """Seconds for a document (a PDF may take 125), and bytes of memory of a reading process."""

    seconds: int = 150
    memory_bytes: int = 1_000_000_000


class ReadingFailedError(Exception):
    """The process died or was killed while it read. `reason` is a short code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ReadingProcess:
    """A process that reads one batch of documents after the other, started when it is needed."""

    def __init__(self, reader: Callable[[Document], Read], limits: ReadingLimits) -> None:
        self._limits = limits
        self._command = [
            *(sys.executable, "-m", "cncf_llm.corpus.reading_job"),
            f"{reader.__module__}:{reader.__qualname__}",
            *(str(limits.memory_bytes), str(limits.seconds)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, documents: pl.DataFrame) -> list[pl.DataFrame]:
        """Return READ_PASSAGES, READ_DOCUMENTS and READ_DROPS of the documents.

        Raises `ReadingFailedError` with the reason `unreadable-time-limit` or
        `unreadable-parser-crashed` when there is no answer; the next call starts a new process.
        Raises `RuntimeError` when that cannot be started.
        """
        process = self._process = self._process or self._start()
        too_long = threading.Event()

        def stop() -> None:
            too_long.set()
            _kill(process)

        # The job's own limit is of processor time. This one holds for a process that waits, too.
        timer = threading.Timer(self._limits.seconds, stop)
        timer.start()
        try:
            send(_pipe(process.stdin), documents)
            frames = [receive(_pipe(process.stdout)) for _ in range(3)]
        except BrokenPipeError:
            frames = [None]
        finally:
            timer.cancel()
        read = [frame for frame in frames if frame is not None]
        if len(read) == 3 and not too_long.is_set():
            return read
        code = self.close()
        if too_long.is_set() or code == -signal.SIGXCPU:
            detail = f"not read in {self._limits.seconds} seconds"
            raise ReadingFailedError("unreadable-time-limit", detail)
        detail = f"the process that read it ended with {code}"
        raise ReadingFailedError("unreadable-parser-crashed", detail)

    def close(self) -> int | None:
        """End the process, if there is one, and return its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            process.communicate(timeout=0.5)  # a process that waits for more ends at once
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
        return process.returncode

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= dict.fromkeys(_ONE_THREAD, "1")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # so that what it starts itself is killed with it
        )
        if receive(_pipe(process.stdout)) is None:  # it says when it is ready
            raise RuntimeError(f"the reading process ended with {process.wait()} before it began")
        return process


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the reading process was started without pipes")
    return stream


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
