"""The tables of the ingest stage. All three raw assets have the same columns."""

from dataclasses import dataclass

import polars as pl

from cncf_llm.store import DROPS, Table

DOCUMENTS = Table(
    "documents",
    {
        "document_id": (pl.String, "stable id of source, repository or site, and path"),
        "project": (pl.String, "key of the CNCF project"),
        "source": (pl.String, "repository, website or stackoverflow"),
        "repository": (pl.String, "owner/name, or host, or stackoverflow.com"),
        "path": (pl.String, "path in the repository, URL path with query, or question id"),
        "revision": (pl.String, "commit (repository), content hash or date of this content"),
        "url": (pl.String, "permalink to exactly this content, where one exists"),
        "media_type": (pl.String, "such as text/markdown or application/pdf"),
        "licence": (pl.String, "SPDX id or expression, or unknown"),
        "licence_source": (pl.String, "where the licence was found, null when it was not"),
        "attribution": (pl.String, "whom to name, where the licence asks for it"),
        "content": (pl.Binary, "the bytes as they were read"),
        "content_hash": (pl.String, "SHA-256 of the content"),
    },
)


@dataclass(frozen=True)
class Reading:
    """What was read of one source: tables DOCUMENTS and DROPS, and figures about the reading."""

    documents: pl.DataFrame
    drops: pl.DataFrame
    facts: dict[str, object]

    def __iter__(self):
        """Unpack as `documents, drops, facts = reading`."""
        return iter((self.documents, self.drops, self.facts))


__all__ = ["DOCUMENTS", "DROPS", "Reading"]
