"""Which documents of an earlier reading are still the same, told by their git object ids."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.ingest.tables import DOCUMENTS


@dataclass(frozen=True)
class SeenDocument:
    """A document of an earlier reading: its row in that table, git object id, and bytes."""

    row: int
    oid: str
    size: int


def earlier_documents(previous: pl.DataFrame | None, label: str) -> pl.DataFrame:
    """Return what an earlier reading has of the repository."""
    if previous is None:
        return DOCUMENTS.frame()
    of_it = (pl.col("source") == "repository") & (pl.col("repository") == label)
    return previous.filter(of_it).select(DOCUMENTS.schema.names())


def seen_documents(
    before: pl.DataFrame, documents: Mapping[str, tuple[str, str]]
) -> dict[str, SeenDocument]:
    """Return the documents, path -> (object id, media type), whose content is as before."""
    seen = {}
    contents = before["content"]
    for row, path in enumerate(before["path"]):
        if path in documents:
            content, oid = contents[row], documents[path][0]
            if _object_id(content, oid) == oid:
                seen[path] = SeenDocument(row, oid, len(content))
    return seen


def _object_id(content: bytes, like: str) -> str:
    """Return the git object id of a file's content, in the hash that `like` is in."""
    algorithm = "sha1" if len(like) == 40 else "sha256"
    hashed = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    hashed.update(content)
    return hashed.hexdigest()
