import zlib

import pytest

from cncf_llm.corpus.parsers import Heading, Unreadable, parse, render
from cncf_llm.corpus.parsers import pdf as pdf_parser
from cncf_llm.corpus.parsers.pdf_columns import Line
from cncf_llm.corpus.parsers.pdf_text import blocks_of_pages
from cncf_llm_tests.corpus.parsers.pdf_files import ENCRYPTED, drawn_pdf, pdf


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
    assert reason_of(ENCRYPTED) == "unreadable-pdf-encrypted"


def test_a_stream_that_expands_beyond_the_memory_limit_ends_the_reader_only(monkeypatch):
    monkeypatch.setattr(pdf_parser, "MEMORY_BYTES", 400_000_000)
    bomb = zlib.compress(b"BT /F1 12 Tf (a) Tj ET " + b" " * 300_000_000, 9)
    whole = pdf(["Some text."])
    start, end = whole.index(b"<< /Length"), whole.index(b"endstream")
    head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(bomb)
    assert reason_of(whole[:start] + head + bomb + b"\n" + whole[end:]) in (
        "unreadable-memory-limit",
        "unreadable-pdf-damaged",
        "unreadable-pdf-no-text",
    )


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


def lines_of(text: str, **style) -> list[Line]:
    """Return lines of 12 points, one below the other."""
    return [
        Line(line, 40, 20 + 14 * number, 40 + 6 * len(line), 32 + 14 * number, **style)
        for number, line in enumerate(text.split("\n"))
    ]


def test_running_heads_numbers_and_hyphens_are_removed():
    words = ["one", "two", "three", "four"]
    pages = [
        f"The Paper\nPart {word}\n{word} begins and con-\ntinues.\n"
        f"End {word}.\nDone {word}.\nBye {word}.\n{n}"
        for n, word in enumerate(words)
    ]
    _, blocks = blocks_of_pages([lines_of(page) for page in pages], [])
    assert "one begins and continues." in render(blocks)
    assert "The Paper" not in render(blocks)


def test_bookmarks_and_numbers_make_headings():
    title, blocks = blocks_of_pages(
        [lines_of("Introduction\nText.\n2.1 Scope\n• one\n• two")], [[1, "Introduction"]]
    )
    assert title == "Introduction"
    assert [getattr(block, "level", None) for block in blocks] == [1, None, 2, None]
    assert render(blocks[3:]) == "- one\n- two"


def test_a_sentence_that_ends_with_the_words_of_a_bookmark_is_no_heading():
    _, blocks = blocks_of_pages([lines_of("They shape the\nthreat model.")], [[1, "Threat Model"]])
    assert render(blocks) == "They shape the threat model."


def test_larger_lines_are_headings_and_small_ones_with_a_number_are_notes():
    large = Line("What It Does", 40, 20, 200, 40)
    text = lines_of("It scrapes targets and")
    note = Line("1 Every minute.", 40, 700, 120, 708)
    rest = lines_of("stores samples.")
    _, blocks = blocks_of_pages([[large, *text, note], rest], [])
    assert blocks[0] == Heading(1, "What It Does")
    second = Line("and how", 40, 42, 200, 62)
    assert blocks_of_pages([[large, second, *text]], [])[1][0] == Heading(1, "What It Does and how")
    label = [Line(text, 40, 20, 200, 40) for text in ("and goes on", "Note:")]
    assert not any(isinstance(b, Heading) for b in blocks_of_pages([[*label, *text]], [])[1])
    assert render(blocks[1:]) == "It scrapes targets and stores samples.\n\n1 Every minute."


def test_a_caption_does_not_cut_the_sentence_around_its_figure():
    above, below = Line("It is a sample", 40, 20, 300, 32), Line("of its use.", 40, 300, 300, 312)
    caption = [Line("Figure 1: What", 40, 200, 90, 212), Line("it does", 40, 214, 90, 226)]
    _, blocks = blocks_of_pages([[above, *caption, below]], [])
    assert render(blocks) == "It is a sample of its use.\n\nFigure 1: What it does"


def test_lines_of_fixed_width_are_code_with_its_indentation():
    page = "/F2 10 Tf (if ready {) Tj 0 -12 Td 12 0 Td (go\\(\\)) Tj 0 -12 Td -12 0 Td (}) Tj"
    parsed = parse(drawn_pdf(page), "a.pdf", "application/pdf")
    assert render(parsed.blocks) == "```\nif ready {\n  go()\n}\n```"


def test_two_columns_written_row_by_row_are_read_column_by_column():
    left = [f"left line number {n} goes" for n in range(9)]
    right = [f"right line number {n} goes" for n in range(9)]
    rows = zip(left, right, strict=True)
    page = "".join(f"({a}) Tj 300 0 Td ({b}) Tj -300 -14 Td " for a, b in rows)
    parsed = parse(drawn_pdf(page), "a.pdf", "application/pdf")
    assert render(parsed.blocks) == " ".join([*left, *right])


def test_a_table_of_contents_is_left_out():
    page = "Contents\nFirst part 3\nSecond part .......... 14"
    _, blocks = blocks_of_pages([lines_of(page), lines_of("The text.")], [])
    assert render(blocks) == "The text."
