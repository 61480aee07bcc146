"""List and read files of a commit, without a work tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.process import GitError, git_output

SYMLINK = "120000"
SUBMODULE = "160000"
# Linux has 90,000 files in 9 MB. Nested trees can stand for billions in a few kilobytes.
_TREE_BYTES = 50_000_000
_PATH_BYTES = 1_000_000
_PART = 1 << 16


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file of a commit, a symbolic link or a submodule."""

    mode: str
    oid: str
    path: bytes


def list_tree(git_dir: Path, commit: str) -> Iterator[TreeEntry]:
    """Yield all files of the commit.

    Raises `GitError`, and `UnreadableSourceError` (`tree-too-large`) when the list has more than
    50 MB or a path more than 1 MB.
    """
    listing = ["ls-tree", "-r", "-z", "--full-tree", commit]
    size, rest = 0, b""
    with git_output(listing, git_dir=git_dir, seconds=120) as stream:
        while part := stream.read(_PART):
            size += len(part)
            if size > _TREE_BYTES or len(rest) > _PATH_BYTES:
                raise UnreadableSourceError(
                    "tree-too-large", f"the names of its files need more than {_TREE_BYTES:,} bytes"
                )
            *lines, rest = (rest + part).split(b"\0")
            for line in lines:
                facts, path = line.split(b"\t", 1)
                mode, _, oid = facts.decode("ascii").split()
                yield TreeEntry(mode, oid, path)


def blob_sizes(git_dir: Path, oids: Sequence[str]) -> dict[str, int | None]:
    """Return the size in bytes of each blob, None for one that is not there. Raises `GitError`."""
    sizes: dict[str, int | None] = {}
    if not oids:
        return sizes
    with git_output(["cat-file", "--batch-check"], git_dir=git_dir, lines=oids) as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                break  # git was stopped
            oid, *facts = line.decode("ascii").split()
            sizes[oid] = int(facts[1]) if len(facts) == 2 else None
    return sizes


def read_blobs(git_dir: Path, oids: Sequence[str], *, seconds: float = 300) -> Iterator[bytes]:
    """Yield the content of each blob, one after the other, in the order asked for.

    `seconds` includes what the caller does in between. Raises `GitError` when one is missing.
    """
    if not oids:
        return
    answered = 0
    batch = ["cat-file", "--batch"]
    with git_output(batch, git_dir=git_dir, lines=oids, seconds=seconds) as stream:
        for oid in oids:
            header = stream.readline().decode("ascii", "replace").split()
            if len(header) != 3 or header[:2] != [oid, "blob"]:
                break
            content = stream.read(int(header[2]))
            if len(content) != int(header[2]):
                break
            stream.read(1)
            answered += 1
            yield content
        else:
            header = []
        while stream.read(_PART):
            pass
    if answered < len(oids):
        raise GitError(
            f"object {oids[answered]} cannot be read: {' '.join(header) or 'end of output'}"
        )
