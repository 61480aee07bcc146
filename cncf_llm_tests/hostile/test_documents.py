"""Each hostile document gets its reason or its text, in bounded time, and harms no other."""

import time
from pathlib import Path

import polars as pl
import pytest

from cncf_llm.corpus import unify
from cncf_llm.corpus.documents import Document, read_document
from cncf_llm.store import content_hash, stable_id
from cncf_llm_tests.hostile.documents import DOCUMENTS, MARKDOWN, SENTENCE

SECONDS = 5  # of processor time for one document; most take less than a tenth

GOOD = "Good page {0}"
GOOD_TEXT = "# Good page {0}\n\nThis page says something that no other page says, namely {0}.\n"


def content_of(name: str) -> bytes:
    content = DOCUMENTS[name][1]
    return content.encode() if isinstance(content, str) else content


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_has_its_reason_or_its_text(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    media_type, _, expected = DOCUMENTS[name]
    started = time.process_time()
    read = read_document(Document("doc-1", "demo", "a/b", media_type, content_of(name)))
    assert time.process_time() - started < SECONDS
    assert read.document["drop_reason"] == expected
    assert bool(read.passages) == (expected is None)
    assert expected is None or expected in {drop["reason"] for drop in read.drops}
    shown = str((read.passages, read.drops))
    assert "root:" not in shown
    assert "lollollol" not in shown or len(shown) < 2_000
    assert not Path("hacked").exists()


def row(path: str, media_type: str, content: bytes) -> dict:
    return {
        "document_id": stable_id("doc", "repository", "o/r", path),
        "project": "demo",
        "source": "repository",
        "repository": "o/r",
        "path": path,
        "revision": "c0ffee",
        "url": None,
        "media_type": media_type,
        "licence": "Apache-2.0",
        "licence_source": "LICENSE",
        "attribution": None,
        "content": content,
        "content_hash": content_hash(content),
    }


def test_good_documents_beside_hostile_ones_are_all_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # The largest ones say the same as the smaller ones beside them.
    hostile = [name for name in DOCUMENTS if len(content_of(name)) < 250_000]
    rows = [row(f"bad/{name}", DOCUMENTS[name][0], content_of(name)) for name in hostile]
    words = ["alpha", "beta", "gamma", "delta", "epsilon"]
    rows += [row(f"good/{word}.md", MARKDOWN, GOOD_TEXT.format(word).encode()) for word in words]
    columns = {"url": pl.String, "attribution": pl.String}
    corpus = unify(pl.DataFrame(rows, schema_overrides=columns), None)
    index = corpus.documents
    assert index.height == len(rows)
    titles = index.filter(pl.col("drop_reason").is_null())["title"].to_list()
    assert {GOOD.format(word) for word in words} <= set(titles)
    dropped = set(index.filter(pl.col("drop_reason").is_not_null())["document_id"])
    assert dropped <= set(corpus.drops["item"])
    assert any(SENTENCE in text for text in corpus.passages["text"])
