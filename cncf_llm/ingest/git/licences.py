"""Read what a commit says of its licences: licence files, REUSE files and the README."""

from collections.abc import Mapping
from pathlib import Path

from cncf_llm.ingest.git.selection import Selection
from cncf_llm.ingest.git.tree import read_blobs
from cncf_llm.ingest.licences.names import UNKNOWN
from cncf_llm.ingest.licences.statement import documentation_statement
from cncf_llm.ingest.licences.texts import (
    RepositoryLicences,
    folder_licences,
    licence_in_header,
    licence_of_text,
)

_LONGEST = 200_000


def read_licences(
    git_dir: Path, chosen: Selection, sizes: Mapping[str, int | str]
) -> RepositoryLicences:
    """Return what is said; a file of more than 200 kB, or not fetched, says `unknown`.

    `sizes` has the bytes of each object id. Raises `GitError`.
    """

    def texts(paths: Mapping[str, str]) -> dict[str, bytes]:
        """Return path -> content of those that are not too large."""
        short = [(path, oid) for path, oid in paths.items() if _is_short(sizes[oid])]
        contents = read_blobs(git_dir, [oid for _, oid in short])
        return {path: text for (path, _), text in zip(short, contents, strict=True)}

    files = {path: licence_of_text(_text(text)) for path, text in texts(chosen.licences).items()}
    beside = {
        path: licence_in_header(text) or UNKNOWN for path, text in texts(chosen.beside).items()
    }
    statements = [
        statement
        for path, text in texts(chosen.readme).items()
        if (statement := documentation_statement(_text(text), path))
    ]
    return RepositoryLicences(
        folder_licences(dict.fromkeys(chosen.licences, UNKNOWN) | files),
        dict.fromkeys(chosen.beside, UNKNOWN) | beside,
        tuple(sorted(chosen.licences_folder)),
        statements[0] if statements else None,
    )


def _is_short(size: int | str) -> bool:
    return isinstance(size, int) and size <= _LONGEST


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
