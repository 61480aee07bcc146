import re

from cncf_llm.entities.plain import sentences, units

PASSAGE = """The **Argo CD** `spec.replicas` field, see [the `docs` page](https://x.io/a_(b)).
Next line, with snake_case_name and <https://foo.bar> in it.

> Quoted *forward* plugin.

- item one
  goes on
- `--flag`: what it does

| Field | Meaning |
|---|---|
| `a\\|b` | uses `x|y` now |

```yaml
kind: Pod
```
The end."""


def test_units_keep_what_a_reader_sees_and_map_it_back() -> None:
    found = units(PASSAGE)
    kinds = [*["paragraph"] * 2, *["item"] * 2, *["cell"] * 4, "code", "paragraph"]
    assert [unit.kind for unit in found] == kinds
    assert found[0].text == (
        "The Argo CD spec.replicas field, see the docs page. "
        "Next line, with snake_case_name and  in it."
    )
    assert found[1].text == "Quoted forward plugin."
    assert found[2].text == "item one goes on"
    assert found[7].text == "uses x|y now"
    assert found[7].header == "meaning"
    assert found[8].text == "kind: Pod\n"
    assert found[8].language == "yaml"
    for unit in found:
        for match in re.finditer(r"\w+", unit.text):
            start, end = unit.source(*match.span())
            assert PASSAGE[start:end] == match[0]
            assert unit.plain(start, end) == match.span()


def test_units_know_what_is_marked() -> None:
    first, quoted = units(PASSAGE)[:2]
    assert [first.text[a:b] for a, b in first.code] == ["spec.replicas", "docs"]
    assert [first.text[a:b] for a, b in first.stressed] == ["Argo CD"]
    assert [quoted.text[a:b] for a, b in quoted.stressed] == ["forward"]


def test_an_unclosed_fence_and_an_empty_passage_are_no_trouble() -> None:
    assert [unit.kind for unit in units("```\nkind: Pod")] == ["code"]
    assert units("") == []
    assert units("\n\n|\n") == []


def test_sentences_end_where_they_end() -> None:
    text = "Use a runtime, e.g. Containerd. It works (mostly). Version 1.2 is out! Really?"
    assert [text[a:b] for a, b in sentences(text)] == [
        "Use a runtime, e.g. Containerd.",
        "It works (mostly).",
        "Version 1.2 is out!",
        "Really?",
    ]
