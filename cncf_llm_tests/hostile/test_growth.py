"""Text made for patterns that look ahead: the time grows with its length, not with its square."""

import time

import pytest

from cncf_llm.corpus.documents import Document, read_document
from cncf_llm_tests.hostile.documents import ASCIIDOC, HTML, MARKDOWN, MDX, PLAIN, RST, YAML

# A square's time would grow by 16; 4 is proportional, and the rest is for a busy machine.
TIMES, GROWTH = 4, 9
TOO_SHORT_TO_MEASURE = 0.1  # seconds

# Name -> media type, what is repeated, how often, what comes before.
REPEATED = {
    "links": (MARKDOWN, "[a](", 400, ""),
    "back-ticks": (MARKDOWN, "`a``", 800, ""),
    "tags that never close": (MARKDOWN, "<a ", 1_000, ""),
    "comments": (MARKDOWN, "<!--", 1_000, ""),
    "text after a tag": (MARKDOWN, "<", 3_300, "<div>\n"),
    "references": (MARKDOWN, "[a\n", 500, ""),
    "footnotes": (MARKDOWN, "[^a", 650, ""),
    "attributes": (MARKDOWN, "{: .a ", 1_000, ""),
    "html tables": (MARKDOWN, "<table>\n", 3_300, "</table>\n"),
    "liquid tags": (MARKDOWN, "{% a\n", 3_300, ""),
    "shortcodes": (MARKDOWN, "{{< youtube ", 1_000, ""),
    "shortcodes with text": (MARKDOWN, "{{< youtube a=b a=b >}} x\n", 1_000, ""),
    "arguments of a shortcode": (MARKDOWN, "a=b ", 3_000, "{{< a "),
    "quoted arguments": (MARKDOWN, '{{< a " ', 1_600, ""),
    "spaces in a shortcode": (MARKDOWN, " ", 15_000, "{{<"),
    "highlights": (MARKDOWN, "{{< highlight go >}}\n", 1_000, "{{< /highlight >}}\n"),
    "shortcode comments": (MARKDOWN, "{{< comment >}}\n", 1_000, ""),
    "admonitions": (MARKDOWN, "!!! note\n", 1_600, ""),
    "an admonition's name": (MARKDOWN, "a", 15_000, ":::"),
    "an admonition's title": (MARKDOWN, "]{", 6_600, ":::a["),
    "braces in a title": (MARKDOWN, "{{", 6_600, "---\ntitle: '"),
    "toml keys": (MARKDOWN, ".a", 1_000, "+++\na"),
    "components": (MDX, "<A b={", 1_000, ""),
    "components in quotes": (MDX, '<A b="x" c="\n', 1_000, ""),
    "attributes without an end": (MDX, " a={", 400, "<div"),
    "code spans": (MDX, "`a``b```c\n", 1_000, ""),
    "a run of back-ticks": (MDX, "`", 3_300, "x" * 20_000),
    "code blocks": (MDX, "<CodeBlock>{`a\n", 1_000, ""),
    "nested braces": (MDX, "{", 3_300, ""),
    "exports": (MDX, "export const a = {\n", 1_600, ""),
    "unclosed paragraphs": (HTML, "<p>", 3_300, ""),
    "open brackets": (HTML, "<", 33_300, ""),
    "entities": (HTML, "&lt;", 33_300, ""),
    "doctype": (HTML, "'", 16_600, "<!DOCTYPE a ["),
    "class names": (HTML, "toc-", 16_600, "<p class='"),
    "roles": (RST, ":a:`", 500, ""),
    "directives": (RST, ".. a::\n\n", 500, ""),
    "macros": (ASCIIDOC, "link:", 2_600, ""),
    "addresses": (ASCIIDOC, "http://", 2_000, ""),
    "anchors": (ASCIIDOC, "[[", 6_600, ""),
    "pictures": (ASCIIDOC, "image:", 2_600, ""),
    "index terms": (ASCIIDOC, "(((", 3_300, ""),
    "keys": (ASCIIDOC, "kbd:", 3_300, ""),
    "passed text": (ASCIIDOC, "`+", 3_300, ""),
    "asciidoc attributes": (ASCIIDOC, "{a}", 3_300, ":a: b\n\n"),
    "callouts": (ASCIIDOC, " ", 13_300, "----\n"),
    "abbreviations": (PLAIN, "A. ", 5_000, ""),
    "sentences in code": (PLAIN, "A word. ", 1_600, "`"),
    "underlines": (PLAIN, "===\n", 1_600, ""),
    "templates": (YAML, "{{ a }}\n", 1_000, ""),
}


def seconds(media_type: str, content: bytes) -> float:
    """Return the least processor time of two readings, which other work disturbs least."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        read_document(Document("doc-1", "demo", "a", media_type, content))
        taken.append(time.process_time() - started)
        if taken[0] < TOO_SHORT_TO_MEASURE:
            break
    return min(taken)


@pytest.mark.parametrize("name", REPEATED)
def test_time_grows_in_proportion(name):
    media_type, unit, times, before = REPEATED[name]
    longer = seconds(media_type, (before + unit * times * TIMES).encode())
    if longer > TOO_SHORT_TO_MEASURE:
        shorter = seconds(media_type, (before + unit * times).encode())
        assert longer < GROWTH * max(shorter, TOO_SHORT_TO_MEASURE / TIMES)
