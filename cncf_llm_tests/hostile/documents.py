"""Documents that a stranger made to break a reader, and what each is worth.

`DOCUMENTS` maps a name to (media type, content, expected). What is expected is the reason for which
nothing of the document is kept, or None where a passage of it is.
"""

SENTENCE = "The controller watches its objects and restarts them when they fail to answer in time."
TEXT = f"# Title\n\n{SENTENCE}\n"

MARKDOWN, MDX, RST = "text/markdown", "text/mdx", "text/x-rst"
ASCIIDOC, PLAIN, HTML = "text/asciidoc", "text/plain", "text/html"
YAML, JSON = "application/yaml", "application/schema+json"

TOO_DEEP = "unreadable-nested-too-deep"
BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 10)
)
_DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  names: {kind: Widget}
  versions:
  - schema:
      openAPIV3Schema: &s
        properties: {a: *s}
"""
_REFERENCES = f"""openapi: 3.0.0
info: {{title: A, description: {SENTENCE}}}
paths: {{/a: {{get: {{parameters: [{{$ref: '#/components/parameters/p'}}]}}}}}}
components:
  parameters: {{p: {{$ref: '#/components/parameters/p'}}}}
  schemas:
    A: {{$ref: '#/components/schemas/B'}}
    B: {{properties: {{a: {{$ref: '#/components/schemas/A', description: the other}}}}}}
"""
_ENTITIES = (
    '<!DOCTYPE html [<!ENTITY e0 "lol">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    + '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
)


def _schema(inner: str) -> str:
    return f'{{"$schema": "x", "description": "{SENTENCE}", {inner}}}'


_ENCODINGS = {
    "utf-16 little endian": (MARKDOWN, TEXT.encode("utf-16-le"), None),
    "utf-16 big endian": (MARKDOWN, TEXT.encode("utf-16-be"), None),
    "utf-16 with mark": (MARKDOWN, TEXT.encode("utf-16"), None),
    "utf-16 cut in half a character": (MARKDOWN, TEXT.encode("utf-16")[:-1], None),
    "utf-16 of lone surrogates": (MARKDOWN, b"\xff\xfe" + b"\x00\xd8" * 99, "too-short"),
    "utf-32 with mark": (MARKDOWN, TEXT.encode("utf-32"), None),
    "mark of utf-8 twice": (MARKDOWN, b"\xef\xbb\xbf" * 2 + TEXT.encode(), None),
    "mostly nul": (MARKDOWN, b"\0\0\0a" * 999, "unreadable-binary"),
    "a few nul": (MARKDOWN, TEXT.replace("its", "\0its").encode(), None),
    "latin-1": (MARKDOWN, (TEXT + "Café.").encode("latin-1"), None),
    "bytes of no encoding": (MARKDOWN, bytes(range(256)) * 99, "unreadable-binary"),
    "nothing": (MARKDOWN, b"", "empty"),
    "white space": (MARKDOWN, b"\n\t \n" * 99, "empty"),
    "a line of 9 MB": (MARKDOWN, b"a " * 4_500_000, "unreadable-line-too-long"),
    "a line of 20 MB": (MARKDOWN, b"a" * 20_000_000, "unreadable-too-large"),
    "an HTML line of 20 MB": (HTML, b"<p>" + b"a" * 20_000_000, "unreadable-too-large"),
    "five million lines": (MARKDOWN, b"\n" * 5_000_000 + b"x", "unreadable-too-many-lines"),
    "half a surrogate by escape": (JSON, _schema(r'"title": "\ud800"'), None),
    "nul by escape": (JSON, _schema(r'"title": "a\u0000b"'), None),
    "controls by entity": (HTML, f"<p>&#1;&#0;&#xD800;&#8238;{SENTENCE}", None),
    "controls by directive": (RST, f".. |u| unicode:: 0xD800\n\n|u| {SENTENCE}", None),
    "charset that is no text": (HTML, f"<meta charset=zip><p>{SENTENCE}", None),
    "charset that lies": (HTML, f"<meta charset=utf-16><p>{SENTENCE}", None),
    "charset that calls itself": (HTML, f"<meta charset=idna><p>{SENTENCE}", None),
}

_DEEP = {
    "quotations": (MARKDOWN, "> " * 10_000 + "x", TOO_DEEP),
    "quotations without space": (MARKDOWN, ">" * 10_000 + "x", TOO_DEEP),
    "lists in one line": (MARKDOWN, "- " * 10_000 + "x", TOO_DEEP),
    "lists of lines": (MARKDOWN, "".join(f"{'  ' * n}- x\n" for n in range(1_000)), TOO_DEEP),
    "html in markdown": (MARKDOWN, "<div>\n" * 10_000 + "x", TOO_DEEP),
    "brackets": (MARKDOWN, "[" * 10_000 + "x" + "]" * 10_000, "too-long"),
    "emphasis": (MARKDOWN, "*" * 20_000 + "x" + "*" * 20_000, "too-short"),
    "div": (HTML, "<div>" * 10_000 + "x" + "</div>" * 10_000, TOO_DEEP),
    "unclosed div": (HTML, "<div>" * 10_000 + "x", TOO_DEEP),
    "tables": (HTML, "<table><tr><td>" * 10_000 + "x", TOO_DEEP),
    "list items": (HTML, "<ul><li>" * 10_000 + "x", TOO_DEEP),
    "bold": (HTML, "<b>" * 10_000 + "x", TOO_DEEP),
    "svg": (HTML, "<svg>" * 10_000 + "x", TOO_DEEP),
    "rst lists": (RST, "".join(f"{'  ' * n}* x\n\n" for n in range(500)), TOO_DEEP),
    "rst lists in one line": (RST, "* " * 10_000 + "x", TOO_DEEP),
    "asciidoc lists": (
        ASCIIDOC,
        "".join(f"{'*' * n} x\n" for n in range(1, 7)) * 99,
        "not-english",
    ),
    "asciidoc blocks": (ASCIIDOC, "====\n" * 10_000, "no-text"),
    "mdx expressions": (MDX, "{" * 10_000 + "}" * 10_000, "no-text"),
    "flow lists": (YAML, "[" * 100_000, TOO_DEEP),
    "block lists": (YAML, "- " * 50_000 + "x", TOO_DEEP),
    "mappings": (YAML, "".join(f"{' ' * n}a:\n" for n in range(1_000)), TOO_DEEP),
    "arrays": (JSON, "[" * 100_000, TOO_DEEP),
    "objects": (JSON, '{"a":' * 100_000, TOO_DEEP),
    "array of a field": (JSON, _schema('"items": {' * 5_000 + '"a": 1' + "}" * 5_000), TOO_DEEP),
    "front matter": (MARKDOWN, f"---\na: {'[' * 10_000}\n---\n{TEXT}", None),
    "toml front matter": (MARKDOWN, f"+++\na = {'[' * 10_000}\n+++\n{TEXT}", None),
}

_WIDE = {
    "table of 10,000 columns": (MARKDOWN, f"|{'a|' * 10_000}\n|{'-|' * 10_000}\n|x|", "too-long"),
    "html table of 100,000 columns": (HTML, f"<table><tr>{'<td>a' * 100_000}</table>", "too-long"),
    "cell that spans a million": (HTML, f"<table><tr><td colspan=999999>{SENTENCE}</table>", None),
    "a million attributes": (
        HTML,
        f"<p {' '.join(f'a{n}=b' for n in range(1_000_000))}>x</p>",
        "unreadable-too-many-attributes",
    ),
    "a key of 190,000 letters": (YAML, f"? {'a' * 190_000}\n: b\n", "too-long"),
    "toml key of 30,000 parts": (MARKDOWN, f"+++\na{'.a' * 30_000} = 1\n+++\n{TEXT}", None),
    "a number of 100,000 digits in toml": (MARKDOWN, f"+++\na = {'9' * 10**5}\n+++\n{TEXT}", None),
    "a number of a million digits": (JSON, f'{{"a": {"9" * 1_000_000}}}', "unreadable-json"),
    "a number in yaml": (YAML, f"a: {'9' * 100_000}", "too-long"),
    "10^1,000,000": (JSON, _schema('"default": 1e1000000'), None),
    "numbers that are none": (JSON, _schema('"default": NaN, "maximum": -Infinity'), None),
    "equal keys": (JSON, _schema('"title": "a", "title": "b"'), None),
    "equal yaml keys": (YAML, "a: 1\n" * 50, None),
    "attributes that multiply": (
        ASCIIDOC,
        ":a0: lol\n" + "".join(f":a{n}: {f'{{a{n - 1}}}' * 10}\n" for n in range(1, 40)) + "{a39}",
        "too-short",
    ),
    "attributes that multiply in a line": (
        ASCIIDOC,
        f":a: {'x' * 200}\n\n{'{a}' * 60_000}\n\n{SENTENCE}",
        None,
    ),
}

_YAML = {
    "alias bomb": (YAML, BOMB, "unreadable-alias-bomb"),
    "merge bomb": (
        YAML,
        BOMB.replace("[x, x]", "{k: v}").replace(": &", ": &"),
        "unreadable-alias-bomb",
    ),
    "alias bomb in front matter": (MARKDOWN, f"---\n{BOMB}---\n{TEXT}", None),
    "an object": (YAML, "!!python/object/apply:os.system ['touch hacked']", None),
    "an object in front matter": (
        MARKDOWN,
        f"---\ntitle: !!python/object/apply:os.system ['touch hacked']\n---\n{TEXT}",
        None,
    ),
    "tags of its own": (YAML, "a: !secret x\nb: !include /etc/passwd\n", None),
    "tags that do not fit": (YAML, "a: !!int ''\nb: !!bool x\nc: !!timestamp x\n", None),
    "a key that cannot be one": (YAML, "? [a, b]\n: c\n? {a: b}\n: d\n", None),
    "itself": (YAML, "a: &a [*a]", None),
    "itself merged": (YAML, "a: &a\n  <<: *a\n  b: 1\n", None),
    "a definition of itself": (YAML, _DEFINITION, None),
    "references in a circle": (YAML, _REFERENCES, None),
    "no date": (YAML, "a: 2024-99-99\nb: 0001-01-01t00:00:00+23:00\n", None),
    "types in the wrong place": (
        YAML,
        "openapi: 3.0.0\ninfo: {title: [1]}\npaths: {1: {get: 5}, /b: {get: {tags: 5}}}\n",
        "no-text",
    ),
}

_READS_FILES = {
    "rst include": (RST, f".. include:: /etc/passwd\n\n{SENTENCE}", None),
    "rst raw file": (RST, f".. raw:: html\n   :file: /etc/passwd\n\n{SENTENCE}", None),
    "rst raw url": (RST, f".. raw:: html\n   :url: file:///etc/passwd\n\n{SENTENCE}", None),
    "rst table of a file": (RST, f".. csv-table::\n   :file: /etc/passwd\n\n{SENTENCE}", None),
    "rst table of a url": (RST, f".. csv-table::\n   :url: file:///etc/passwd\n\n{SENTENCE}", None),
    "rst literal include": (RST, f".. literalinclude:: /etc/passwd\n\n{SENTENCE}", None),
    "rst role of raw": (RST, f".. role:: r(raw)\n   :format: html\n\n:r:`<x>` {SENTENCE}", None),
    "rst substitutions": (RST, f".. |a| replace:: |b|\n.. |b| replace:: |a|\n\n{SENTENCE}", None),
    "asciidoc include": (ASCIIDOC, f"include::/etc/passwd[]\n\n{SENTENCE}", None),
    "markdown include": (MARKDOWN, f"--8<-- '/etc/passwd'\n\n{SENTENCE}", None),
    "hugo include": (MARKDOWN, f'{{{{< readfile "/etc/passwd" >}}}}\n\n{SENTENCE}', None),
    "yaml include": (YAML, "a: !include /etc/passwd\n", None),
    "entities": (HTML, f"{_ENTITIES}<p>&e11; &file; {SENTENCE}", None),
    "entities of xhtml": (
        "application/xhtml+xml",
        f"<?xml version='1.0'?>{_ENTITIES}<html><body><p>&e11; &file; {SENTENCE}</p></body></html>",
        None,
    ),
}

DOCUMENTS = _ENCODINGS | _DEEP | _WIDE | _YAML | _READS_FILES
