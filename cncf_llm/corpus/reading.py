"""Many documents read, in this process or in several."""

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

import polars as pl

from cncf_llm.corpus.documents import Document, Read, read_document
from cncf_llm.corpus.tables import READ_DOCUMENTS, READ_DROPS, READ_PASSAGES

# Starting a process costs about a second of imports, which this much text repays.
PARALLEL_DOCUMENTS = 100
PARALLEL_BYTES = 1_000_000
_BATCH_BYTES = 250_000

_COLUMNS = ("document_id", "project", "path", "media_type", "content")


def read_documents(documents: pl.DataFrame, workers: int = 0) -> Mapping[str, pl.DataFrame]:
    """Return READ_PASSAGES, READ_DOCUMENTS and READ_DROPS of documents, in their order.

    With more than one worker and many documents, other processes do the reading; the result is the
    same.
    """
    rows = [Document(*row) for row in documents.select(_COLUMNS).iter_rows()]
    size = sum(len(document.content) for document in rows)
    if workers > 1 and len(rows) >= PARALLEL_DOCUMENTS and size >= PARALLEL_BYTES:
        read = _read_in_parallel(rows, workers)
    else:
        read = [read_document(document) for document in rows]
    return {
        READ_PASSAGES.name: READ_PASSAGES.frame(row for one in read for row in one.passages),
        READ_DOCUMENTS.name: READ_DOCUMENTS.frame(one.document for one in read),
        READ_DROPS.name: READ_DROPS.frame(row for one in read for row in one.drops),
    }


def _read_in_parallel(documents: Sequence[Document], workers: int) -> list[Read]:
    # Spawned, not forked: polars and torch have threads that a fork would leave behind locked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=workers, mp_context=context) as pool:
        return [read for batch in pool.map(_read_batch, _batches(documents)) for read in batch]


def _batches(documents: Sequence[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.content)
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read_batch(documents: list[Document]) -> list[Read]:
    return [read_document(document) for document in documents]
