"""A title for documents that have none of their own."""

import re
from pathlib import PurePosixPath

_INDEX = ("index", "_index", "readme", "default", "main")


def title_from_path(path: str) -> str:
    """Return the words of a file's name, or of its folder's where the file is an index."""
    parts = [
        part for part in PurePosixPath(path.partition("?")[0]).parts if part not in ("/", "..")
    ]
    if not parts:
        return "Untitled"
    stem = re.sub(r"(?<=.)\.\w{1,5}$", "", parts[-1])
    if stem.lower() in _INDEX and len(parts) > 1:
        stem = parts[-2]
    words = re.sub(r"[-_\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:] if words else "Untitled"
