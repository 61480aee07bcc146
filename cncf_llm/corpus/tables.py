"""The tables of the corpus stage."""

import polars as pl

from cncf_llm.store import DROPS, Table

_OF_THE_TEXT = {
    "passage_id": (pl.String, "stable id: document, heading path, ordinal within that path"),
    "document_id": (pl.String, "the document that the passage is part of"),
    "project": (pl.String, "key of the CNCF project"),
    "position": (pl.Int64, "order of the passage within its document, from 0"),
    "title": (pl.String, "title of the document"),
    "heading_path": (pl.List(pl.String), "headings above the passage, without the title"),
    "text": (pl.String, "normalised Markdown: paragraphs, lists, pipe tables, fenced code"),
    "tokens": (pl.Int64, "length in words (runs between white space); a model's are about 1.4x"),
    "content_hash": (pl.String, "hash of heading path and text"),
}

PASSAGES = Table(
    "passages",
    {
        **_OF_THE_TEXT,
        "source": (pl.String, "repository, website or stackoverflow"),
        "repository": (pl.String, "owner/name, host, or stackoverflow.com"),
        "path": (pl.String, "path within the repository or site"),
        "revision": (pl.String, "commit at which this content was first seen"),
        "url": (pl.String, "permalink to exactly this content"),
        "licence": (pl.String, "SPDX expression, or unknown"),
        "attribution": (pl.String, "whom to name, where the licence asks for it"),
    },
)

DOCUMENTS = Table(
    "documents",
    {
        "document_id": (pl.String, "the document"),
        "project": (pl.String, "key of the CNCF project"),
        "title": (pl.String, "its title; null if it could not be read"),
        "language": (pl.String, "ISO 639-1 code; null if it could not be read"),
        "encoding": (pl.String, "in which its text was read; null for PDF and unknown formats"),
        "damaged": (pl.Int64, "passages with text decoded wrongly, duplicates included"),
        "replaced": (pl.List(pl.String), "type of each secret or personal datum replaced"),
        "passages": (pl.Int64, "passages kept"),
        "drop_reason": (pl.String, "why no passage was kept; null if one was"),
    },
)

# What is carried over from one materialization to the next: each document on its own, before
# duplicates are removed. Rows depend on nothing but the document's content and its path.
READ_PASSAGES = Table(
    "read_passages",
    {
        **_OF_THE_TEXT,
        "equal": (pl.String, "hash shared by passages that are equal but for case and white space"),
        "signature": (pl.Binary, "MinHash of the text; null where it is too short"),
    },
)
READ_DOCUMENTS = Table("read_documents", DOCUMENTS.columns)
READ_DROPS = Table(
    "read_drops",
    {"document_id": (pl.String, "the document it was part of"), **DROPS.columns},
)
