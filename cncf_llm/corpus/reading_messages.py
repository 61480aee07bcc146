"""What reading processes are sent and answer: documents, and three tables of what they give.

A message is eight bytes of length and a frame in Arrow's IPC format: unlike pickle, that can do
nothing but hold data.
"""

import io
from collections.abc import Callable, Iterator
from typing import IO

import polars as pl

from cncf_llm.corpus.documents import Document, Read
from cncf_llm.corpus.tables import READ_DOCUMENTS, READ_DROPS, READ_PASSAGES

_LENGTH = 8


def read_rows(rows: Iterator[tuple], read: Callable[[Document], Read]) -> list[pl.DataFrame]:
    """Return READ_PASSAGES, READ_DOCUMENTS and READ_DROPS of documents, in their order."""
    done = [read(Document(*row)) for row in rows]
    return [
        READ_PASSAGES.frame(row for one in done for row in one.passages),
        READ_DOCUMENTS.frame(one.document for one in done),
        READ_DROPS.frame(row for one in done for row in one.drops),
    ]


def send(stream: IO[bytes], frame: pl.DataFrame) -> None:
    """Write a message."""
    content = io.BytesIO()
    frame.write_ipc(content)
    stream.write(len(content.getbuffer()).to_bytes(_LENGTH, "big"))
    stream.write(content.getbuffer())
    stream.flush()


def receive(stream: IO[bytes]) -> pl.DataFrame | None:
    """Read a message, or return None when the stream ends before its end."""
    head = stream.read(_LENGTH)
    length = int.from_bytes(head, "big")
    content = stream.read(length) if len(head) == _LENGTH else b""
    return pl.read_ipc(content) if content and len(content) == length else None
