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


def test_commented_lines_are_code_and_not_a_paragraph():
    text = b'# name: "up"\n# type: "gauge"\nup\n\nA plain paragraph\nwith #1 of them.'
    blocks = parse(text, "metrics.txt", "text/plain").blocks
    assert blocks == (
        Code("", '# name: "up"\n# type: "gauge"\nup'),
        Paragraph("A plain paragraph with #1 of them."),
    )
