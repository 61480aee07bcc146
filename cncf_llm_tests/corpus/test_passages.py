from cncf_llm.corpus.parsers import Code, Heading, ListBlock, Paragraph, Parsed, TableBlock
from cncf_llm.corpus.passages import (
    HARD_WORDS,
    SOFT_WORDS,
    count_words,
    passages_of,
    prose_of,
)

SENTENCE = "This sentence of the page has exactly nine words."


def divide(*blocks, title="Page"):
    return passages_of(Parsed(title, blocks), title)


def test_passages_follow_the_headings():
    passages, left_out = divide(
        Heading(1, "Page"),
        Paragraph("An introduction of five words."),
        Heading(2, "Install"),
        Heading(3, "Linux"),
        Paragraph(SENTENCE),
        Heading(2, "Use"),
        Paragraph(SENTENCE),
    )
    assert [passage.heading_path for passage in passages] == [(), ("Install", "Linux"), ("Use",)]
    assert left_out == []


def test_a_heading_of_another_title_stays_in_the_path():
    passages, _ = divide(Heading(1, "Other"), Paragraph(SENTENCE), title="Page")
    assert passages[0].heading_path == ("Other",)


def test_long_paragraphs_are_divided_between_sentences():
    passages, _ = divide(Paragraph(" ".join([SENTENCE] * 100)))
    assert len(passages) == 4
    assert all(passage.text.endswith("words.") for passage in passages)
    assert all(count_words(passage.text) <= SOFT_WORDS for passage in passages)


def test_sentences_are_not_cut_at_abbreviations_or_in_code():
    text = "Use a key, e.g. This one, in `a. B` of v. 2. Then go. " * 30
    passages, _ = divide(Paragraph(text.strip()))
    assert all(passage.text.endswith(".") for passage in passages)
    assert all(passage.text.startswith(("Use", "Then")) for passage in passages)


def test_long_tables_repeat_their_header():
    rows = tuple((f"`--flag{number}`", SENTENCE) for number in range(90))
    passages, _ = divide(TableBlock(("Flag", "Description"), rows))
    assert len(passages) > 2
    assert all(p.text.startswith("| Flag | Description |\n| --- | --- |\n") for p in passages)
    assert sum(p.text.count("`--flag") for p in passages) == 90


def test_long_lists_keep_their_numbers_and_items_whole():
    items = tuple((Paragraph(SENTENCE), Code("sh", "ls")) for _ in range(60))
    passages, _ = divide(ListBlock(items, start=1))
    assert len(passages) > 1
    first = len(passages[0].blocks[0].items)
    assert passages[1].text.startswith(f"{first + 1}. This")
    assert all(passage.text.count("```") % 2 == 0 for passage in passages)


def test_an_item_too_long_by_itself_is_unfolded():
    inner = ListBlock(tuple((Paragraph(SENTENCE),) for _ in range(50)))
    passages, _ = divide(ListBlock(((Paragraph("Intro:"), inner),)))
    assert len(passages) == 2
    assert passages[0].text.startswith("Intro:\n\n- This")


def test_code_is_never_cut():
    code = "\n".join(f"line {number} of the code" for number in range(SOFT_WORDS // 3))
    passages, _ = divide(Paragraph(SENTENCE), Paragraph("Like this:"), Code("sh", code))
    assert [passage.text.split()[0] for passage in passages] == ["This", "Like"]
    assert code in passages[1].text


def test_code_beyond_the_hard_limit_is_divided_between_documents_and_sections():
    section = "key:\n" + "  - word\n" * 250 + "\n"
    passages, left_out = divide(Code("yaml", section * 2 + "---\n" + section))
    assert left_out == []
    assert [passage.text.count("- word") for passage in passages] == [250, 250, 250]
    assert passages[2].text.startswith("```yaml\n---\nkey:")


def test_a_line_like_a_heading_goes_with_what_follows_it():
    first, last = Paragraph("word " * 299 + "end."), Paragraph("more " * 60 + "end.")
    passages, _ = divide(Paragraph("Start here."), first, Paragraph("Step 2"), last)
    assert passages[-1].text.startswith("Step 2\n\nmore")


def test_code_beyond_the_hard_limit_is_left_out_with_its_reason():
    passages, left_out = divide(Paragraph(SENTENCE), Code("", "word " * (HARD_WORDS + 1)))
    assert len(passages) == 1
    assert [part.reason for part in left_out] == ["too-long"]


def test_fragments_are_too_short_unless_they_are_code_or_a_table():
    passages, left_out = divide(
        Heading(2, "A"),
        Paragraph("See also."),
        Heading(2, "B"),
        Code("sh", "ls"),
        Heading(2, "C"),
        TableBlock(("a",), (("1",),)),
    )
    assert [passage.heading_path for passage in passages] == [("B",), ("C",)]
    assert [(part.heading_path, part.reason) for part in left_out] == [(("A",), "too-short")]


def test_a_short_rest_joins_the_passage_before():
    passages, left_out = divide(Paragraph(" ".join([SENTENCE] * 33)), Paragraph("See also."))
    assert len(passages) == 1
    assert passages[0].text.endswith("See also.")
    assert left_out == []


def test_words_of_scripts_without_spaces_are_counted():
    assert count_words("三つの言葉です") == 4


def test_prose_is_without_code_and_tables():
    blocks = (
        Paragraph("Use `x` now."),
        Code("", "c"),
        TableBlock(("t",), ()),
        ListBlock(((Paragraph("Item"),),)),
    )
    assert prose_of(blocks) == "Use  now.\nItem"
