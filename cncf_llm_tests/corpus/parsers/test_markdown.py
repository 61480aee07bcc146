import pytest

from cncf_llm.corpus.parsers import (
    Code,
    Heading,
    Paragraph,
    TableBlock,
    Unreadable,
    parse,
    render,
)


def read(text: str, media_type: str = "text/markdown"):
    return parse(text.encode(), "page.md", media_type)


def markdown(text: str) -> str:
    return render(read(text).blocks)


def test_front_matter_gives_title_and_first_paragraph():
    parsed = read('---\ntitle: "Metric *types*"\ndescription: The `four` *types*.\n---\nText.\n')
    assert parsed.title == "Metric types"
    assert parsed.blocks == (Paragraph("The `four` types."), Paragraph("Text."))


def test_a_description_that_the_text_begins_with_is_not_repeated():
    parsed = read(
        "---\ntitle: ctl\ndescription: ctl is a tool\n---\n# ctl\n\n`ctl` is a tool, ok.\n"
    )
    assert render(parsed.blocks) == "ctl\n\n`ctl` is a tool, ok."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Note: **it works", "Note: it works"),
        ("**NOTE:**It works", "NOTE: It works"),
        ("(base\\*\\*i, base\\*\\*(i+1)]", "(base**i, base**(i+1)]"),
        ("`a **b: **c`", "`a **b: **c`"),
        ("Fixed [#7876][147] by [the team][the team].", "Fixed #7876 by the team."),
        ("map[string][]string", "map[string][]string"),
        ("A [photo](/images/2019- 06.png)", "A photo"),
        ("done :white_check_mark: at 10:x:20", "done ✅ at 10:x:20"),
        ('<a style={{float: "left"}} href="x">Quick *start*</a>', "Quick start"),
        ("{{ if $name }}\n\nSee {{ $name }}.\n\n{{ end }}", "See NAME."),
        ("`{{ if .Values.x }}`", "`{{ if .Values.x }}`"),
    ],
)
def test_marks_of_other_dialects(text, expected):
    assert markdown(text) == expected


def test_toml_front_matter():
    parsed = read('+++\ntitle = "ready"\ndate = 2024-01-01\n+++\nText.\n')
    assert (parsed.title, parsed.blocks) == ("ready", (Paragraph("Text."),))


def test_front_matter_that_is_no_yaml_is_read_by_line():
    assert read("---\ntitle: {{ x }}: [\ndescription: Fine\n---\nText.\n").blocks[0] == Paragraph(
        "Fine"
    )


def test_title_is_the_first_heading_without_front_matter():
    assert read("Intro\n\n# Install `etcd`\n").title == "Install etcd"


def test_inline_markup_goes_and_code_stays():
    text = "Use **`x`** and _y_ in [the docs](http://a/b) ![logo](l.png)<!-- no -->, a<br>b `<c>`."
    assert markdown(text) == "Use `x` and y in the docs , a b `<c>`."


def test_placeholders_in_angle_brackets_are_no_html():
    assert markdown("Run helm install <name> <span>now</span>.") == "Run helm install <name> now."


def test_anchors_and_attributes_are_removed():
    assert read("## Head {#head}\n").blocks == (Heading(2, "Head"),)
    assert markdown("[[TOC]]\n\nText {.note}[^1]\n\n[^1]: A note.\n") == "Text\n\nA note."


def test_nested_lists():
    text = "1. one\n   - deep\n     - deeper\n2. two\n\n   ```sh\n   ls\n   ```\n"
    assert markdown(text) == ("1. one\n   - deep\n     - deeper\n2. two\n\n   ```sh\n   ls\n   ```")


def test_tables_stay_tables():
    parsed = read("| Flag | Default |\n|---|:-:|\n| `--a` | **1** |\n| `--b` |\n")
    rows = (("`--a`", "1"), ("`--b`", ""))
    assert parsed.blocks == (TableBlock(("Flag", "Default"), rows),)


def test_html_tables_with_empty_lines_are_tables():
    first = "<tr><th>A</th><th>B</th></tr>"
    text = f"<table>\n{first}\n\n    <tr><td>1</td><td><b>2</b></td></tr>\n</table>\n"
    assert read(text).blocks == (TableBlock(("A", "B"), (("1", "2"),)),)


def test_code_keeps_its_language_and_its_content():
    parsed = read("```yaml {hl_lines=[1]}\na: {{ .Values.x }} # [l](u)\n```\n\n    indented\n")
    assert parsed.blocks == (
        Code("yaml", "a: {{ .Values.x }} # [l](u)"),
        Code("", "indented"),
    )


def test_definition_lists():
    assert markdown("`--flag`\n: Sets it.\n") == "- `--flag`: Sets it."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{< note >}}\nTake care.\n{{< /note >}}", "Take care."),
        (
            '{{< tabs name="t" >}}\n{{% tab name="Linux" %}}\nRun it.\n{{% /tab %}}\n{{< /tabs >}}',
            "Linux:\n\nRun it.",
        ),
        ('{{< include "x.md" >}}\nText', "Text"),
        ('A {{< glossary_tooltip text="Pod" term_id="pod" >}} runs.', "A Pod runs."),
        ('A {{< glossary_tooltip term_id="api-server" >}}.', "A api server."),
        ('See [this]({{< ref "a/b.md#c" >}}).', "See this."),
        ("builder@{{% version-from-registry builder %}}", "builder@VERSION"),
        ("Version v{{< skew currentVersion >}}.", "Version vCURRENT_VERSION."),
        ("{{< comment >}}\nhidden\n{{< /comment >}}Shown", "Shown"),
        ("{{< highlight go >}}\nx := 1\n{{< /highlight >}}", "```go\nx := 1\n```"),
        (
            '{{% alert title="Upgrade first" color="warning" %}}\nText\n{{% /alert %}}',
            "Upgrade first:\n\nText",
        ),
        ("Write `{{</* note */>}}`.", "Write `{{< note >}}`."),
        ('## {{% heading "whatsnext" %}}\n\nText', "What's next\n\nText"),
    ],
)
def test_hugo_shortcodes(text, expected):
    assert markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '!!! note "Careful"\n    Body.\n\n    ```sh\n    ls\n    ```\nAfter.',
            "Careful:\n\nBody.\n\n```sh\nls\n```\n\nAfter.",
        ),
        ('=== "Linux"\n    Run it.\n', "Linux:\n\nRun it."),
        (":::note[Title here]\nBody.\n:::\nAfter.", "Title here:\n\nBody.\n\nAfter."),
        ("> [!WARNING]\n> Take care.", "Take care."),
    ],
)
def test_admonitions(text, expected):
    assert markdown(text) == expected


def test_admonition_marks_within_code_stay():
    assert (
        markdown("```\n:::note\n!!! x\n```\n\n:::tip\nT\n:::\n") == "```\n:::note\n!!! x\n```\n\nT"
    )


@pytest.mark.parametrize("nested", ["> ", "- ", "* 1. "])
def test_ten_thousand_levels_have_a_reason(nested):
    with pytest.raises(Unreadable) as caught:
        read(nested * 10_000 + "x")
    assert caught.value.reason == "unreadable-nested-too-deep"


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "*a " * 10_000, "x" + "`" * 9_999, "<a " * 10_000, "```\nopen"]
)
def test_malformed_markdown_is_text(text):
    assert read(text).blocks


def test_mdx_keeps_the_text_of_components():
    text = """import Tabs from '@theme/Tabs';
export const data = {
  a: 1,
};

# Install

<Tabs>
  <TabItem value="l" label="Linux">

    Run `{x}` {/* no */} for {props.name} or {'me'}.

    ```jsx
    <Tabs>{a}</Tabs>
    ```
  </TabItem>
</Tabs>
<CodeBlock language="go">{`
x := 1
`}</CodeBlock>
<Icon size={() => "<b>"} />
"""
    parsed = read(text, "text/mdx")
    assert parsed.title == "Install"
    assert render(parsed.blocks[1:]) == (
        "Linux:\n\nRun `{x}` for or me.\n\n```jsx\n<Tabs>{a}</Tabs>\n```\n\n```go\nx := 1\n```"
    )


@pytest.mark.parametrize(
    "text", ["a { b", "a < b", "<Tabs", "{" * 3000, "<A " * 3000, "<A b='{'>x"]
)
def test_malformed_mdx_is_text(text):
    assert read(text, "text/mdx").blocks
