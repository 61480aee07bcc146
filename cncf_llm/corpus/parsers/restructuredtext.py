"""reStructuredText by docutils, with everything that reads files or raw markup switched off.

Sphinx and its extensions define directives and roles that docutils does not know. Those that a
document uses are registered with a plain meaning first: text, code, an item of a list, or nothing.
"""

import re

from cncf_llm.corpus.parsers.blocks import Heading, Parsed
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.rst_extensions import tolerate
from cncf_llm.corpus.parsers.rst_nodes import document_blocks

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": None,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "input_encoding": "unicode",
    "doctitle_xform": False,
    "docinfo_xform": False,
    "line_length_limit": 200_000,
    "embed_stylesheet": False,
    "math_output": "LaTeX",
}
# The time that docutils needs for inline markup grows with the square of a paragraph's length.
MAX_PARAGRAPH = 40_000  # characters between empty lines
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_SUBSTITUTED = re.compile(r"\|([A-Za-z][\w-]*)\|")


def parse(content: bytes, path: str) -> Parsed:
    """Parse a reStructuredText file. Raises `Unreadable` as `decode` does, RecursionError if deep.

    The title is the first heading.
    """
    from docutils.core import publish_doctree

    text, too_long = _without_long_paragraphs(decode(content))
    tolerate(text)
    blocks = document_blocks(publish_doctree(text, settings_overrides=_SETTINGS))
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    dropped = tuple(("too-long", f"{len(part)} characters: {part[:80]}") for part in too_long)
    return Parsed(title.replace("`", ""), tuple(blocks), dropped)


def _without_long_paragraphs(text: str) -> tuple[str, list[str]]:
    """Return the text without runs of lines longer than any paragraph, and these."""
    if len(text) <= MAX_PARAGRAPH:
        return text, []
    parts = _EMPTY_LINE.split(text)
    too_long = [part for part in parts if len(part) > MAX_PARAGRAPH]
    if too_long:
        text = "\n\n".join(part for part in parts if len(part) <= MAX_PARAGRAPH)
    return text, too_long
