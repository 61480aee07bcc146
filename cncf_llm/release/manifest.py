"""The list of a release's files, by which a copy can be checked."""

import hashlib
import json
from pathlib import Path

MANIFEST = "manifest.json"


class ManifestError(Exception):
    """A release is not what its manifest says."""


def write_manifest(folder: Path, facts: dict[str, object]) -> None:
    """Write `manifest.json`: the facts, and size and SHA-256 of every other file in the folder."""
    files = {
        file.relative_to(folder).as_posix(): {"bytes": file.stat().st_size, "sha256": _hash(file)}
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != MANIFEST
    }
    text = json.dumps({**facts, "files": files}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n")


def verify(folder: Path) -> int:
    """Compare a release with its manifest and return how many files it has.

    Raises `ManifestError` naming each file that is missing, changed, or not in the manifest.
    """
    try:
        listed = json.loads((folder / MANIFEST).read_text())["files"]
    except (FileNotFoundError, json.JSONDecodeError, KeyError) as error:
        raise ManifestError(f"{folder} has no readable {MANIFEST}: {error}") from error
    found = {
        file.relative_to(folder).as_posix(): _hash(file)
        for file in folder.rglob("*")
        if file.is_file() and file.name != MANIFEST
    }
    problems = [f"{name} is missing" for name in listed.keys() - found.keys()]
    problems += [f"{name} is not in the manifest" for name in found.keys() - listed.keys()]
    problems += [
        f"{name} has changed"
        for name in listed.keys() & found.keys()
        if listed[name]["sha256"] != found[name]
    ]
    if problems:
        raise ManifestError(f"{folder}: {'; '.join(sorted(problems))}")
    return len(found)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
