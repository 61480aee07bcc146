import io

import pytest

from cncf_llm.corpus.parsers import Unreadable, parse, render
from cncf_llm.corpus.parsers import pdf as pdf_parser
from cncf_llm.corpus.parsers.pdf_text import blocks_of_pages
from cncf_llm_tests.corpus.parsers.pdf_files import pdf


def reason_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(content, "a.pdf", "application/pdf")
    return caught.value.reason


def test_text_of_a_page():
    parsed = parse(pdf(["Prometheus scrapes", "its targets."]), "a.pdf", "application/pdf")
    assert render(parsed.blocks) == "Prometheus scrapes its targets."


def test_truncated_and_garbled_files_are_damaged():
    whole = pdf(["Some text."])
    assert reason_of(whole[:40]) == "unreadable-pdf-damaged"
    assert reason_of(b"%PDF-1.4 garbage") == "unreadable-pdf-damaged"


def test_a_file_without_text_says_so():
    assert reason_of(pdf([])) == "unreadable-pdf-no-text"


def test_an_encrypted_file_says_so():
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["Secret."]))))
    writer.encrypt("password", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    assert reason_of(stream.getvalue()) == "unreadable-pdf-encrypted"


def test_pages_beyond_the_limit_are_named(monkeypatch):
    monkeypatch.setattr(pdf_parser, "MAX_PAGES", 1)
    parsed = pdf_parser.parse(pdf(["One."], ["Two."]), "a.pdf")
    assert parsed.dropped == (("too-many-pages", "1 pages after page 1"),)


def test_a_reader_that_takes_too_long_is_ended(monkeypatch, tmp_path):
    loops = tmp_path / "loops.py"
    loops.write_text("while True: pass")
    monkeypatch.setattr(pdf_parser, "_READER", loops)
    monkeypatch.setattr(pdf_parser, "SECONDS", -4)
    assert reason_of(b"%PDF") == "unreadable-time-limit"


def test_running_heads_numbers_and_hyphens_are_removed():
    words = ["one", "two", "three", "four"]
    pages = [
        f"The Paper\nPart {word}\n{word} begins and con-\ntinues.\nEnd {word}.\nDone {word}.\n{n}"
        for n, word in enumerate(words)
    ]
    _, blocks = blocks_of_pages(pages, [])
    assert "one begins and continues." in render(blocks)
    assert "The Paper" not in render(blocks)


def test_bookmarks_and_numbers_make_headings():
    title, blocks = blocks_of_pages(
        ["Introduction\nText.\n2.1 Scope\n• one\n• two"], [[1, "Introduction"]]
    )
    assert title == "Introduction"
    assert [getattr(block, "level", None) for block in blocks] == [1, None, 2, None]
    assert render(blocks[3:]) == "- one\n- two"
