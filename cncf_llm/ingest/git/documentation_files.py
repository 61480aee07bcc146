"""Which files of a repository are documentation, decided by their path."""

import re
from pathlib import PurePosixPath

MEDIA_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdx": "text/mdx",
    ".rst": "text/x-rst",
    ".adoc": "text/asciidoc",
    ".asciidoc": "text/asciidoc",
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".json": "application/schema+json",
}
# Other people's code, tests and generated files, in any repository.
_FOREIGN = {"vendor", "node_modules", "third_party", "test", "tests", "testdata", "__tests__"}
# Files of site generators: templates, not pages.
_TEMPLATES = {"layouts", "_layouts", "_includes", "themes", "partials", "templates"}
_DOCUMENT_FOLDERS = re.compile(r"(doc|docs|documentation|manual|guide|guides|content)$", re.I)
_DOCUMENT_NAMES = re.compile(
    r"(readme|faq|usage|install|manual|guide|tutorial|howto|commands|overview|glossary)", re.I
)
_SCHEMA_PATH = re.compile(r"(schema|openapi|swagger)", re.I)
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|unlicense)([-._].*)?$", re.I)


def documentation_type(path: str) -> str | None:
    """Return the media type of a documentation file, None when the path is something else.

    Plain text counts in documentation folders or under a name like README or FAQ, JSON when its
    path says schema or OpenAPI. Hidden folders, vendored code and tests never count.
    """
    parts = PurePosixPath(path).parts
    folders = {part.lower() for part in parts[:-1]}
    if any(part.startswith(".") for part in parts) or folders & _FOREIGN or is_licence_file(path):
        return None
    name = PurePosixPath(path)
    suffix = name.suffix.lower()
    if suffix == ".txt" and not (
        any(_DOCUMENT_FOLDERS.match(folder) for folder in folders)
        or _DOCUMENT_NAMES.match(name.stem)
    ):
        return None
    if suffix == ".json" and not _SCHEMA_PATH.search(path):
        return None
    if suffix in (".html", ".htm") and folders & _TEMPLATES:
        return None
    return MEDIA_TYPES.get(suffix)


def is_licence_file(path: str) -> bool:
    """Return whether the file is a licence text, such as LICENSE, COPYING.md or LICENSE-DOCS."""
    return _LICENCE_FILE.match(PurePosixPath(path).name) is not None
