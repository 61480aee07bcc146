from cncf_llm.corpus.parsers import Code, Heading, ListBlock, Paragraph, parse

TEXT = b"""The Title
=========

A paragraph over
two lines.

- one
  more
- two

    $ indented --code

name      value
a         1
"""


def test_paragraphs_lists_headings_and_layout():
    parsed = parse(TEXT, "a.txt", "text/plain")
    assert parsed.title == "The Title"
    assert parsed.blocks == (
        Heading(1, "The Title"),
        Paragraph("A paragraph over two lines."),
        ListBlock(((Paragraph("one more"),), (Paragraph("two"),))),
        Code("", "    $ indented --code\n\nname      value\na         1"),
    )
