"""Choose from a commit's tree what is read: documentation, and what says how it is licensed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from cncf_llm.ingest.git.documentation_files import documentation_type, is_licence_file
from cncf_llm.ingest.git.tree import SUBMODULE, SYMLINK, TreeEntry

Drop = Callable[[str, str, str], None]
_README = {"readme.md", "readme.mdx", "readme.rst", "readme.adoc", "readme.txt"}


@dataclass
class Selection:
    """Documents, path -> (object id, media type), sorted by path, and what is said of licences.

    `licences`, `beside` (the REUSE file of a document) and `readme` are paths with object ids,
    `licences_folder` the paths in `LICENSES/`. `files` counts everything in the tree.
    """

    documents: dict[str, tuple[str, str]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    readme: dict[str, str] = field(default_factory=dict)
    licences_folder: list[str] = field(default_factory=list)
    files: int = 0


def select(entries: Iterable[TreeEntry], most: int, drop: Drop) -> Selection:
    """Return at most so many documents, the first by path.

    `drop` is called with path, reason and detail: `submodule`, `symlink`, `invalid-path`,
    `too-many-files`.
    """
    chosen = Selection()
    documents, beside = [], {}
    for entry in entries:
        chosen.files += 1
        path = entry.path.decode("utf-8", "backslashreplace")
        if entry.mode == SUBMODULE:
            drop(path, "submodule", f"refers to commit {entry.oid} of another repository")
            continue
        # As if without the parts that would hide it, so that such a path is dropped by name.
        named = "/".join(part for part in path.split("/") if part not in ("", ".", ".."))
        media_type = documentation_type(named)
        if media_type and entry.mode == SYMLINK:
            drop(path, "symlink", "symbolic links are not followed")
        elif media_type and (why := _invalid_path(entry.path)):
            drop(path, "invalid-path", why)
        elif media_type:
            documents.append((entry.path, path, entry.oid, media_type))
            if path.lower() in _README:
                chosen.readme[path] = entry.oid
        elif entry.mode != SYMLINK and not _invalid_path(entry.path):
            if path.startswith("LICENSES/"):
                chosen.licences_folder.append(path)
            elif path.endswith(".license"):
                beside[path.removesuffix(".license")] = entry.oid
            elif is_licence_file(path):
                chosen.licences[path] = entry.oid
    documents.sort()
    for _, path, _, _ in documents[most:]:
        drop(path, "too-many-files", f"limit {most:,} a repository")
    chosen.documents = {path: (oid, kind) for _, path, oid, kind in documents[:most]}
    chosen.beside = {path: oid for path, oid in beside.items() if path in chosen.documents}
    # A licence file counts where a document is below it: those of vendored code are left.
    folders = {folder for path in chosen.documents for folder in PurePosixPath(path).parents}
    chosen.licences = {
        path: oid for path, oid in chosen.licences.items() if PurePosixPath(path).parent in folders
    }
    chosen.readme = {path: oid for path, oid in chosen.readme.items() if path in chosen.documents}
    return chosen


def _invalid_path(path: bytes) -> str | None:
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8"
    if not text.isprintable():
        return "has control characters"
    if len(path) > 1000:
        return "longer than 1000 bytes"
    if any(part in ("", ".", "..") for part in text.split("/")):
        return "has an empty part, . or .."
    return None
