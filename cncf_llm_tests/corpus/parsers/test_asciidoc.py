import pytest

from cncf_llm.corpus.parsers import Heading, parse, render


def read(text: str):
    return parse(text.encode(), "page.adoc", "text/asciidoc")


def adoc(text: str) -> str:
    return render(read(text).blocks)


def test_headings_attributes_and_inline_markup():
    parsed = read(
        "= The Title\n:ver: 1.2\n:toc:\n\nA *bold* `code` https://x.y[link] {ver} "
        "<<other,Other>> xref:a.adoc[page] `+a+` {none}.\n\n== Install\n"
    )
    assert parsed.title == "The Title"
    assert parsed.blocks[2] == Heading(2, "Install")
    assert render(parsed.blocks[1:2]) == "A bold `code` link 1.2 Other page `a` {none}."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ". First\n+\n[source,bash]\n----\nls <1>\n----\n. Second\n** a\n** b",
            "1. First\n\n   ```bash\n   ls\n   ```\n2. Second\n   - a\n   - b",
        ),
        ("[source,yaml]\n----\na: b\n----\nText", "```yaml\na: b\n```\n\nText"),
        ("....\nplain\n....", "```\nplain\n```"),
        ("NOTE: Take care.", "Take care."),
        ("[NOTE]\n====\nTake care.\n====", "Take care."),
        ("CPU:: The processor.\nRAM::\nThe memory.", "- CPU: The processor.\n- RAM: The memory."),
        ("include::x.adoc[]\nimage::a.png[]\n// hidden\n////\nhidden\n////\nText", "Text"),
        (
            "|===\n|Flag |Default\n\n|`--a`\n|1\n|`--b` |2\n|===",
            "| Flag | Default |\n| --- | --- |\n| `--a` | 1 |\n| `--b` | 2 |",
        ),
        (
            '[cols="1,2", options="header"]\n|===\n|A |B\n|1 |2\n|===',
            "| A | B |\n| --- | --- |\n| 1 | 2 |",
        ),
    ],
)
def test_blocks(text, expected):
    assert adoc(text) == expected


@pytest.mark.parametrize(
    "text", ["----\nopen", "|===\n|a", "|===\n|===\nx", "*" * 10_000, ":a: {a}{a}\n{a}"]
)
def test_malformed_text_does_not_fail(text):
    read(text)


def test_attributes_cannot_multiply():
    lines = [
        ":a0: xxxxxxxxxx",
        *(f":a{n}: {{a{n - 1}}}{{a{n - 1}}}" for n in range(1, 40)),
        "",
        "{a39}",
    ]
    assert len(adoc("\n".join(lines))) <= 200


def test_a_link_whose_text_goes_on_in_the_next_line():
    source = b"Read https://example.org/a?b=c[this\nblog post] now."
    parsed = parse(source, "a.adoc", "text/asciidoc")
    assert render(parsed.blocks) == "Read this blog post now."
