"""The files of a version on this machine: hashed, moved into place, brought from a bucket."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from cncf_llm.store.bucket import Bucket
from cncf_llm.store.errors import StoreError

TRANSFERS = 8  # files at once; a large one comes in parts that are themselves transferred at once


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder, by its relative path."""
    return {
        file.relative_to(folder).as_posix(): file_hash(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def is_inside(name: object) -> bool:
    """Return whether a file's name, as a store gives it, stays in the folder it is written to."""
    path = PurePosixPath(name) if isinstance(name, str) else PurePosixPath("/")
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def move(draft: Path, target: Path, files: Mapping[str, str]) -> None:
    """Turn a draft's folder into a version's, or complete the version that is there."""
    if not target.exists():
        draft.rename(target)
        return
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).replace(target / name)
    shutil.rmtree(draft)


def replace_text(path: Path, text: str) -> None:
    """Replace a file in one step that survives a power cut."""
    partial = path.with_suffix(".partial")
    with partial.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def bring(
    bucket: Bucket, source: str, folder: Path, expected: Mapping[str, str], files: Sequence[str]
) -> None:
    """Download the `files` of a version that are not in `folder` yet.

    Each appears there whole, or not at all, whoever else brings it. Raises `StoreError` when one is
    gone or its hash is not the `expected` one.
    """

    def fetch(name: str) -> None:
        target = folder / name
        # Beside the version's folder: what a killed process leaves must not look like a file of it.
        partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.partial")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            bucket.download(f"{source}/{name}", partial)
            if file_hash(partial) != expected[name]:
                raise StoreError(
                    f"{bucket.url}/{source}/{name} is damaged: its content is not what was "
                    "stored; materialize it again"
                )
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    missing = [name for name in files if not (folder / name).exists()]
    if missing:
        with ThreadPoolExecutor(min(TRANSFERS, len(missing))) as pool:
            list(pool.map(fetch, missing))


def send(bucket: Bucket, folder: Path, target: str, files: Sequence[str]) -> None:
    """Upload the `files` of a version."""
    with ThreadPoolExecutor(TRANSFERS) as pool:
        list(pool.map(lambda name: bucket.upload(folder / name, f"{target}/{name}"), files))
