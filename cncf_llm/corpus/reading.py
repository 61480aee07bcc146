"""Many documents read, by processes of their own: a document cannot harm more than itself."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

import polars as pl

from cncf_llm.corpus.documents import Document, Read, read_document, unreadable
from cncf_llm.corpus.parsers import Unreadable
from cncf_llm.corpus.reading_messages import read_rows
from cncf_llm.corpus.reading_process import ReadingFailedError, ReadingLimits, ReadingProcess
from cncf_llm.corpus.tables import READ_DOCUMENTS, READ_DROPS, READ_PASSAGES

DEFAULT_LIMITS = ReadingLimits()
# Starting a process costs about a second of imports, which this much text repays.
BYTES_PER_PROCESS = 1_500_000
BATCH_BYTES = 250_000

_TABLES = (READ_PASSAGES, READ_DOCUMENTS, READ_DROPS)
_COLUMNS = ("document_id", "project", "path", "media_type", "content")


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_documents(
    documents: pl.DataFrame,
    workers: int = 0,
    *,
    reader: Callable[[Document], Read] = read_document,
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> Mapping[str, pl.DataFrame]:
    """Return READ_PASSAGES, READ_DOCUMENTS and READ_DROPS of documents, in their order.

    `workers` is the greatest number of processes. A document that kills one, or needs more than the
    limits, is dropped: `unreadable-parser-crashed`, `unreadable-time-limit`,
    `unreadable-memory-limit`. With 0, this process reads, which is as good for trusted documents
    only. The result is otherwise the same. `reader` must be importable by name.
    """
    wanted = documents.select(_COLUMNS)
    if workers == 0 or wanted.is_empty():
        parts = [read_rows(wanted.iter_rows(), reader)]
    else:
        parts = _read_in_processes(wanted, workers, reader, limits)
    return {
        table.name: pl.concat([part[number] for part in parts])
        for number, table in enumerate(_TABLES)
    }


def _read_in_processes(
    documents: pl.DataFrame,
    workers: int,
    reader: Callable[[Document], Read],
    limits: ReadingLimits,
) -> list[list[pl.DataFrame]]:
    sizes = documents["content"].bin.size().to_list()
    count = max(1, min(workers, sum(sizes) // BYTES_PER_PROCESS))
    idle: SimpleQueue[ReadingProcess] = SimpleQueue()

    def read(batch: pl.DataFrame) -> list[pl.DataFrame]:
        process = idle.get()
        try:
            return _read_batch(process, batch)
        finally:
            idle.put(process)

    with ExitStack() as stack:
        for _ in range(count):
            process = ReadingProcess(reader, limits)
            stack.callback(process.close)
            idle.put(process)
        threads = stack.enter_context(ThreadPoolExecutor(count))
        return list(threads.map(read, _batches(documents, sizes)))


def _batches(documents: pl.DataFrame, sizes: list[int]) -> Iterator[pl.DataFrame]:
    start = size = 0
    for end, more in enumerate(sizes, start=1):
        size += more
        if size >= BATCH_BYTES or end == len(sizes):
            yield documents[start:end]
            start, size = end, 0


def _read_batch(process: ReadingProcess, batch: pl.DataFrame) -> list[pl.DataFrame]:
    """Read a batch; if that fails, each of its documents alone, to find the one at fault."""
    try:
        return process.read(batch)
    except ReadingFailedError as failure:
        if batch.height == 1:
            why = Unreadable(failure.reason, failure.detail)
            return read_rows(batch.iter_rows(), lambda document: unreadable(document, why))
    alone = [_read_batch(process, batch[number]) for number in range(batch.height)]
    return [pl.concat(frames) for frames in zip(*alone, strict=True)]
