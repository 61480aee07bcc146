from cncf_llm.corpus.parsers import Code, Heading, ListBlock, Paragraph, TableBlock, render


def test_blocks_are_separated_by_an_empty_line():
    assert render([Paragraph("One."), Code("sh", "ls")]) == "One.\n\n```sh\nls\n```"


def test_nested_lists_and_code_are_indented_to_the_text_of_their_item():
    inner = ListBlock(((Paragraph("b"),),))
    outer = ListBlock(((Paragraph("a"), inner, Code("", "x\n\ny")),), start=9)
    assert render([outer]) == "9. a\n   - b\n\n   ```\n   x\n\n   y\n   ```"


def test_table_cells_are_one_line_and_their_pipes_escaped():
    table = TableBlock(("a", "b"), (("x | y",), ("1\n2", "3")))
    assert render([table]) == "| a | b |\n| --- | --- |\n| x \\| y |  |\n| 1 2 | 3 |"


def test_a_fence_is_longer_than_any_in_the_code():
    assert render([Code("md", "```\nx\n```")]).startswith("````md\n")


def test_empty_blocks_leave_no_trace():
    assert render([Paragraph(""), ListBlock(()), TableBlock((), ())]) == ""
    assert render([Heading(2, "H")]) == "H"
