import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cncf_llm.corpus import reading
from cncf_llm.corpus.reading import ReadingLimits, read_documents
from cncf_llm.corpus.tables import READ_DOCUMENTS, READ_DROPS, READ_PASSAGES
from cncf_llm_tests.corpus import hostile_reader

SENTENCE = "This page says in plain English what the server does with page number"


def documents(*contents: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "document_id": [f"doc-{number:03}" for number in range(len(contents))],
            "project": "demo",
            "path": [f"{number}.md" for number in range(len(contents))],
            "media_type": "text/markdown",
            "content": [content.encode() for content in contents],
        }
    )


def page(number: int) -> str:
    return f"# Page {number}\n\n{SENTENCE} {number}.\n"


def reasons(read) -> list[str | None]:
    return read[READ_DOCUMENTS.name]["drop_reason"].to_list()


LIMITS = ReadingLimits(seconds=2, memory_bytes=500_000_000)


def read_by_hostile(*contents: str, workers: int = 1):
    return read_documents(documents(*contents), workers, reader=hostile_reader.read, limits=LIMITS)


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_give_what_this_process_gives(monkeypatch, workers):
    monkeypatch.setattr(reading, "BATCH_BYTES", 300)
    monkeypatch.setattr(reading, "BYTES_PER_PROCESS", 300)
    pages = documents(*(page(number) for number in range(20)), "", "See.", "\0" * 50)
    alone, together = read_documents(pages, 0), read_documents(pages, workers)
    assert list(together) == [READ_PASSAGES.name, READ_DOCUMENTS.name, READ_DROPS.name]
    assert together[READ_PASSAGES.name].height == 20
    for name, table in alone.items():
        assert_frame_equal(together[name], table)


def test_no_documents_start_no_process():
    read = read_documents(documents(page(1)).clear(), 2, reader=hostile_reader.read)
    assert [table.height for table in read.values()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("exit", "unreadable-parser-crashed"),
        ("segmentation fault", "unreadable-parser-crashed"),
        ("explode", "unreadable-memory-limit"),
        ("sleep", "unreadable-time-limit"),
        ("loop in C", "unreadable-time-limit"),
    ],
)
def test_only_the_document_that_harms_its_process_is_dropped(content, reason):
    read = read_by_hostile(page(1), content, page(2))
    assert reasons(read) == [None, reason, None]
    assert read[READ_PASSAGES.name]["document_id"].to_list() == ["doc-000", "doc-002"]
    drop = read[READ_DROPS.name].row(0, named=True)
    assert (drop["item"], drop["reason"]) == ("doc-001", reason)
    assert drop["detail"]


def test_what_a_parser_prints_does_not_get_into_the_answer():
    read = read_by_hostile(page(1), "print")
    assert reasons(read) == [None, "too-short"]


def test_a_parser_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "value")
    read = read_by_hostile("environment")
    text = read[READ_PASSAGES.name]["text"][0]
    assert "PATH" in text
    assert "GITHUB" not in text


def test_a_process_that_cannot_start_is_no_documents_fault():
    def not_importable(document):
        raise NotImplementedError

    with pytest.raises(RuntimeError, match="ended with 1 before it began"):
        read_documents(documents(page(1)), 1, reader=not_importable)
