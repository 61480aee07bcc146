from cncf_llm.questions.blocks import blocks, plain, without_links

TEXT = """\
Two lines
of a paragraph.

- one
  goes on
- two

1. first
2. second

| a | b |
|---|---|
| `x|y` | 2 |
| 3 | 4 |

```bash
ls -l
```
"""


def test_each_kind_of_block_is_read():
    paragraph, bullets, steps, table, code = blocks(TEXT)
    assert paragraph.text == "Two lines of a paragraph."
    assert bullets.items == ("one\ngoes on", "two")
    assert not bullets.ordered
    assert steps.ordered
    assert steps.items == ("first", "second")
    assert table.header == ("a", "b")
    assert table.rows[1] == ("3", "4")
    assert (code.kind, code.language, code.items) == ("code", "bash", ("ls -l",))


def test_code_keeps_its_underscores_and_text_loses_its_marks():
    assert plain("the `__meta_x__` **label** of _all_ [targets](x.md)") == (
        "the __meta_x__ label of all targets"
    )


def test_links_become_their_words():
    assert without_links('see [the page](https://a.b/c "t") and [that][1]') == (
        "see the page and that"
    )
    assert without_links("`a[0]` stays") == "`a[0]` stays"
