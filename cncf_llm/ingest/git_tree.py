"""List and read files of a commit, without a work tree."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cncf_llm.ingest.git_process import GitError, git

SYMLINK = "120000"
SUBMODULE = "160000"


@dataclass(frozen=True)
class TreeEntry:
    """A file of a commit. `size` in bytes is None for a submodule."""

    mode: str
    oid: str
    size: int | None
    path: bytes


def list_tree(git_dir: Path, commit: str) -> list[TreeEntry]:
    """Return all files of the commit, sorted by path. Raises `GitError`."""
    listed = git(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], git_dir=git_dir, seconds=120)
    return sorted(_entries(listed), key=lambda entry: entry.path)


def _entries(listed: bytes) -> Iterator[TreeEntry]:
    for line in filter(None, listed.split(b"\0")):
        facts, path = line.split(b"\t", 1)
        mode, _, oid, size = facts.decode("ascii").split()
        yield TreeEntry(mode, oid, None if size == "-" else int(size), path)


def read_blobs(git_dir: Path, oids: Sequence[str], *, seconds: float = 300) -> dict[str, bytes]:
    """Return the content of each blob by its object id. Raises `GitError` when one is missing."""
    if not oids:
        return {}
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{oid}\n" for oid in oids).encode("ascii"))
        wanted.seek(0)
        answer = git(["cat-file", "--batch"], git_dir=git_dir, stdin=wanted, seconds=seconds)
    stream = io.BytesIO(answer)
    blobs = {}
    for oid in oids:
        header = stream.readline().decode("ascii", "replace").split()
        if len(header) != 3 or header[0] != oid:
            raise GitError(f"object {oid} cannot be read: {' '.join(header) or 'end of output'}")
        blobs[oid] = stream.read(int(header[2]))
        stream.read(1)
    return blobs
