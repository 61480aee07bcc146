"""The process that reads documents. Started by `reading_process.py`, with limits that it sets.

It says that it is ready, and answers each message on stdin with one for each of the three tables.
"""

import gc
import os
import resource
import sys
from collections.abc import Callable
from importlib import import_module

import polars as pl

from cncf_llm.corpus.documents import Document, Read, unreadable
from cncf_llm.corpus.parsers import Unreadable
from cncf_llm.corpus.reading_messages import read_rows, receive, send


def main(reader: str, memory_bytes: int, seconds: int) -> None:
    """Answer messages until stdin ends. `reader` is `module:function` of `read_document`'s form."""
    module, _, function = reader.partition(":")
    read = getattr(import_module(module), function)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    # Writable private memory; unlike RLIMIT_AS without what allocators reserve and never touch.
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    gc.disable()  # tokens and blocks have no cycles, and looking for them costs a tenth of the time
    send(answers, pl.DataFrame())
    while (documents := receive(sys.stdin.buffer)) is not None:
        _allow(seconds)
        for frame in read_rows(documents.iter_rows(), _within_memory(read, memory_bytes)):
            send(answers, frame)
        gc.collect()
        gc.freeze()  # the libraries' models need not be walked again after the next batch


def _within_memory(
    read: Callable[[Document], Read], memory_bytes: int
) -> Callable[[Document], Read]:
    def within(document: Document) -> Read:
        try:
            return read(document)
        except MemoryError:
            detail = f"reading it needs more than {memory_bytes:,} bytes"
            return unreadable(document, Unreadable("unreadable-memory-limit", detail))

    return within


def _allow(seconds: int) -> None:
    """Let the next message have so much processor time: a loop ends even if the parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, hard))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
