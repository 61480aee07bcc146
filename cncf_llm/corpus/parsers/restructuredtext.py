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
_SUBSTITUTED = re.compile(r"\|([A-Za-z][\w-]*)\|")


def parse(content: bytes, path: str) -> Parsed:
    """Parse a reStructuredText file. Raises `Unreadable` as `decode` does, RecursionError if deep.

    The title is the first heading.
    """
    from docutils.core import publish_doctree

    text = decode(content)
    tolerate(text)
    blocks = document_blocks(publish_doctree(text, settings_overrides=_SETTINGS))
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    return Parsed(title.replace("`", ""), tuple(blocks))
