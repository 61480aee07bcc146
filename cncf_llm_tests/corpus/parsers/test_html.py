import pytest

from cncf_llm.corpus.parsers import Code, Unreadable, parse, render

PAGE = """<html><head><title>Foo | Site</title></head><body>
<nav>Navigation</nav><main>
<h1>Foo<a class="headerlink" href="#foo">¶</a></h1>
<div class="breadcrumbs">Home / Foo</div>
<p>Hello <code>x</code> <b>bold</b>.<!-- hidden --><script>bad()</script>
<ul><li>a<ul><li>b</ul><li>c</ul>
<div class="highlight"><pre><code class="language-go">x := 1
<span>y</span></code></pre></div>
<table><thead><tr><th>A<th>B</thead><tr><td>1<td>2</table>
<dl><dt><code>t</code><dd>Definition.</dl>
</main><footer>Footer</footer></body></html>"""


def read(text: str):
    return parse(text.encode(), "page.html", "text/html")


def test_main_content_as_blocks():
    parsed = read(PAGE)
    assert parsed.title == "Foo"
    assert render(parsed.blocks[1:]) == (
        "Hello `x` bold.\n\n- a\n  - b\n- c\n\n```go\nx := 1\ny\n```\n\n"
        "| A | B |\n| --- | --- |\n| 1 | 2 |\n\n- `t`: Definition."
    )


def test_a_page_without_main_loses_its_navigation():
    text = (
        "<p>" + "A sentence of the article that is long enough to be content, surely. " * 8 + "</p>"
    )
    links = "".join(f"<li><a href='/{n}'>Link {n}</a></li>" for n in range(30))
    content = f"<div><h1>T</h1>{text * 3}</div>"
    page = f"<body><nav><ul>{links}</ul></nav>{content}<footer>Imprint</footer></body>"
    shown = render(read(page).blocks)
    assert "long enough" in shown
    assert "Link 7" not in shown
    assert "Imprint" not in shown


def test_a_fragment_is_taken_whole():
    assert render(read("<h1>Q</h1><p>Why?</p><pre><code>a\n  b</code></pre>").blocks) == (
        "Q\n\nWhy?\n\n```\na\n  b\n```"
    )


def test_line_breaks_within_code():
    assert read("<pre>a<br>b</pre>").blocks == (Code("", "a\nb"),)


def test_layout_tables_are_no_tables():
    page = "<table><tr><td><pre>1\n2</pre></td><td><pre>a\nb</pre></td></tr></table>"
    assert Code("", "a\nb") in read(page).blocks


def test_the_declared_charset_is_used():
    page = '<meta charset="iso-8859-2"><p>žluťoučký</p>'.encode("iso-8859-2")
    assert render(parse(page, "p", "text/html").blocks) == "žluťoučký"


@pytest.mark.parametrize("tag", ["div", "ul><li", "b", "table><tr><td"])
def test_ten_thousand_levels_have_a_reason(tag):
    with pytest.raises(Unreadable) as caught:
        read(f"<{tag}>" * 10_000 + "x")
    assert caught.value.reason == "unreadable-nested-too-deep"


@pytest.mark.parametrize(
    "page", ["<p>a<p", "<<<>>>a", "<p>&#xFFFFFFFF;&bad;", "<?xml?><p>x", "a<b"]
)
def test_malformed_pages_are_read(page):
    assert read(page).blocks


def test_a_page_without_content_is_empty():
    with pytest.raises(Unreadable) as caught:
        read("<!-- nothing -->")
    assert caught.value.reason == "empty"


def test_a_page_that_is_a_list_of_other_pages_says_nothing():
    links = "".join(f"<li><a href='/{n}'>The page number {n}</a> (new)</li>" for n in range(9))
    with pytest.raises(Unreadable) as caught:
        read(f"<body><main><h1>Section</h1><ul>{links}</ul></main></body>")
    assert caught.value.reason == "navigation-only"
    text = "<p>" + "Each of them says how the server is used. " * 9 + "</p>"
    assert "page number 3" in render(
        read(f"<body><main>{text}<ul>{links}</ul></main></body>").blocks
    )
