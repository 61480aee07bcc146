"""One parser per format: `parse(content, path) -> Parsed`, or `Unreadable` with its reason.

To change how a Markdown table is read, see `markdown.py`; how it is written, `blocks.py`.
"""

from collections.abc import Callable
from importlib import import_module

from cncf_llm.corpus.parsers.blocks import (
    Block,
    Code,
    Heading,
    ListBlock,
    Paragraph,
    Parsed,
    TableBlock,
    Unreadable,
    render,
)
from cncf_llm.corpus.parsers.characters import without_control
from cncf_llm.corpus.parsers.decoding import encoding_of as _encoding_of
from cncf_llm.corpus.parsers.decoding import is_damaged

__all__ = [
    "PARSERS",
    "Block",
    "Code",
    "Heading",
    "ListBlock",
    "Paragraph",
    "Parsed",
    "TableBlock",
    "Unreadable",
    "encoding_of",
    "is_damaged",
    "parse",
    "parser_of",
    "render",
]

# Media type -> module of this package. Imported on first use: each brings its own libraries.
PARSERS = {
    "text/markdown": "markdown",
    "text/mdx": "mdx",
    "text/x-rst": "restructuredtext",
    "text/asciidoc": "asciidoc",
    "text/plain": "plain_text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/yaml": "yaml",
    "application/schema+json": "json_schema",
}


def parser_of(media_type: str) -> Callable[[bytes, str], Parsed]:
    """Return the parse function of a media type. Raises `Unreadable` when there is none."""
    name = PARSERS.get(media_type.partition(";")[0].strip().lower())
    if name is None:
        raise Unreadable("unreadable-media-type", f"no parser reads {media_type!r}")
    return import_module(f"{__name__}.{name}").parse


def encoding_of(content: bytes, media_type: str) -> str | None:
    """Return the encoding in which a document's text is read; None where it is not text (PDF)."""
    kind = PARSERS.get(media_type.partition(";")[0].strip().lower())
    if kind in (None, "pdf"):
        return None
    if kind == "html":
        return import_module(f"{__name__}.html").page_encoding(content)
    return _encoding_of(content)


def parse(content: bytes, path: str, media_type: str) -> Parsed:
    """Parse a document of any supported media type.

    Raises `Unreadable` for content that its parser cannot handle, and `MemoryError`; nothing else.
    """
    if not content.strip():
        raise Unreadable("empty", "the file has no content")
    parser = parser_of(media_type)
    try:
        return without_control(parser(content, path))
    except RecursionError as error:
        raise Unreadable("unreadable-nested-too-deep", "deeper than the parser can go") from error
    except (Unreadable, MemoryError):  # where memory is limited, the one who limits it says so
        raise
    except Exception as error:  # a library's bug on a stranger's file must not end the run
        detail = f"{type(error).__name__}: {error}"[:300]
        raise Unreadable("unreadable-parser-error", detail) from error
