from pathlib import Path

import pytest

from cncf_llm.corpus.parsers import Unreadable, parse, render


def rst(text: str) -> str:
    return render(parse(text.encode(), "page.rst", "text/x-rst").blocks)


def test_headings_roles_and_links():
    parsed = parse(
        b".. _label:\n\nTitle\n=====\n\nSub\n---\n\n*Some* ``code`` :ref:`a title <x>`"
        b" :option:`--x` `link <http://x>`_ :unknown:`thing` |sub|.\n",
        "page.rst",
        "text/x-rst",
    )
    assert parsed.title == "Title"
    assert [getattr(block, "level", None) for block in parsed.blocks] == [1, 2, None]
    assert render(parsed.blocks[2:]) == "Some `code` a title `--x` link thing sub."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".. note::\n   Take care.\n", "Take care."),
        (".. code-block:: yaml\n   :linenos:\n\n   a: b\n", "```yaml\na: b\n```"),
        (".. substitution-code-block:: console\n\n   $ ls\n", "```console\n$ ls\n```"),
        (".. tabs::\n\n  .. tab:: Linux\n\n    Run it.\n", "Linux:\n\nRun it."),
        (".. option:: --flag <x>\n\n   Sets it.\n", "- `--flag <x>`: Sets it."),
        (".. toctree::\n   :maxdepth: 2\n\n   a\n   b\n\nText\n", "Text"),
        (".. odd:: argument\n   :any: option\n\n   Body.\n", "argument:\n\nBody."),
        (".. raw:: html\n\n   <b>x</b>\n\nText\n", "Text"),
        (".. csv-table::\n   :header: a,b\n\n   1,2\n", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("=== ===\nA   B\n=== ===\n1   2\n=== ===\n", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ("* x\n\n  * y\n\n1. one\n2. two\n", "- x\n  - y\n\n1. one\n2. two"),
        ("term\n  The definition.\n", "- term: The definition."),
        ("-f FILE  Reads it.\n", "- `-f FILE`: Reads it."),
    ],
)
def test_directives_lists_and_tables(text, expected):
    assert rst(text) == expected


def test_files_are_not_read(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    text = f"Text\n\n.. include:: {secret}\n\n.. literalinclude:: {secret}\n\n"
    text += f".. csv-table::\n   :file: {secret}\n\n.. raw:: html\n   :file: {secret}\n"
    assert rst(text) == "Text"


@pytest.mark.parametrize(
    "text", ["Title\n==\n\n`open ``open *open |open :ref:`x\n", "====\n====\n", ".. x::"]
)
def test_malformed_text_does_not_fail(text):
    rst(text)


def test_deep_nesting_has_a_reason():
    with pytest.raises(Unreadable) as caught:
        rst("\n".join(" " * depth + "x\n" for depth in range(1000)))
    assert caught.value.reason == "unreadable-nested-too-deep"
