"""Versioned folders: the one place where data is kept.

Layout under the root, for an asset's partition (`_` when the asset has none):

    <asset>/<partition>/<digest>/...     one immutable version: Parquet tables, model files
    <asset>/<partition>/current.json     which version is current; replaced in one step
    <asset>/<partition>/draft-<recipe>/  what a running or killed materialization has so far

A version is named by the digest of its files, so equal content is the same version. A reader sees
the old version until `current.json` is replaced. A killed run leaves its draft behind; the next run
with the same recipe takes it up again and finds its scratch folder (training checkpoints).

The root is a local folder or any fsspec URL (`s3://bucket/folder`). A remote root is mirrored by a
local folder: versions are immutable, so what was downloaded once never goes stale.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock, Timeout

from cncf_llm.store.errors import BusyPartitionError, StoreError
from cncf_llm.store.identity import content_hash, digest
from cncf_llm.store.version import Version

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_SCRATCH = "scratch"
_FULL = (errno.ENOSPC, errno.EDQUOT)  # no space on the disk, or none left of one's share
_WHOLE = "_"  # folder name for an asset without partitions


@dataclass
class Draft:
    """A version in the making. What is under `scratch` survives a kill and is never published."""

    path: Path
    previous: Version | None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def scratch(self) -> Path:
        scratch = self.path / _SCRATCH
        scratch.mkdir(exist_ok=True)
        return scratch

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Write a table. The first one written is the asset's main table."""
        self.facts.setdefault("table", name)
        frame.write_parquet(self.path / f"{name}.parquet", compression="zstd")


class Store:
    """Versions of all assets under one root.

    `root` is a local folder or an fsspec URL; `cache` is the local folder that mirrors a remote
    root, and is unused for a local one.
    """

    def __init__(self, root: str | Path, cache: Path | None = None) -> None:
        from upath import UPath

        self.root = UPath(root)
        self.remote = self.root.protocol not in ("", "file", "local")
        if self.remote and cache is None:
            raise StoreError(f"the remote store {root} needs a local cache folder")
        self.local = Path(cache) if self.remote and cache else Path(self.root.path)

    def current(self, asset: str, partition: str | None = None) -> Version | None:
        """Return the current version of a partition, or None when there never was one.

        Of a remote store only the pointer is read: the data comes when it is asked for.

        Raises `StoreError` when its pointer is damaged or its files are gone.
        """
        pointer = self.root / asset / _folder(asset, partition) / "current.json"
        try:
            facts = json.loads(pointer.read_text())
        except FileNotFoundError:
            return None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise StoreError(
                f"{pointer} is damaged ({error}); remove it and materialize {asset} again"
            ) from error
        path = self.local / asset / _folder(asset, partition) / facts["digest"]
        if not self.remote and not path.is_dir():
            raise StoreError(
                f"{path} is gone although {pointer} names it; remove {pointer} and "
                f"materialize {asset} again"
            )
        location = pointer.with_name(facts["digest"])
        return Version(
            asset,
            partition,
            facts["digest"],
            facts["recipe"],
            str(location),
            facts["files"],
            facts["facts"],
            path,
            bring=partial(_download, location, path, facts["files"]) if self.remote else None,
        )

    def require(self, asset: str, partition: str | None = None) -> Version:
        """Return the current version. Raises `StoreError` when there is none."""
        version = self.current(asset, partition)
        if version is None:
            raise StoreError(
                f"there is no {asset}{f' of {partition}' if partition else ''} yet: "
                "materialize it first"
            )
        return version

    def partitions(self, asset: str) -> list[str]:
        """Return the keys of an asset's partitions that have data, sorted."""
        folder = self.root / asset
        if not folder.is_dir():
            return []
        return sorted(
            child.name
            for child in folder.iterdir()
            if child.name != _WHOLE and (child / "current.json").is_file()
        )

    @contextmanager
    def draft(self, asset: str, partition: str | None, recipe: str) -> Iterator[Draft]:
        """Make a new version: what the block writes into the draft becomes current at its end.

        When the block raises, the previous version stays current. Raises `BusyPartitionError` when
        another run holds the partition and `StoreError` when the disk is full.
        """
        folder = self.local / asset / _folder(asset, partition)
        folder.mkdir(parents=True, exist_ok=True)
        # The kernel releases this lock when its holder dies, so a killed run blocks nobody.
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BusyPartitionError(
                f"another run is writing {asset}{f' of {partition}' if partition else ''}; "
                "wait for it to end, or cancel it"
            ) from None
        try:
            draft = Draft(folder / f"draft-{recipe[:16]}", self.current(asset, partition))
            _clear(draft.path)
            yield draft
            self._publish(asset, partition, recipe, draft)
        except (OSError, pl.exceptions.PolarsError) as error:
            full = any(f"os error {code})" in str(error) for code in _FULL)  # as polars says it
            if full or getattr(error, "errno", None) in _FULL:
                raise StoreError(
                    f"no space left on the disk of {self.local}; the previous data of {asset} is "
                    "intact: free some space and run again"
                ) from error
            raise
        finally:
            lock.release()

    def _publish(self, asset: str, partition: str | None, recipe: str, draft: Draft) -> None:
        shutil.rmtree(draft.path / _SCRATCH, ignore_errors=True)
        files = {
            file.relative_to(draft.path).as_posix(): _file_hash(file)
            for file in sorted(draft.path.rglob("*"))
            if file.is_file()
        }
        name = digest(files)[:32]
        target = draft.path.parent / name
        if target.exists():
            shutil.rmtree(draft.path)
        else:
            draft.path.rename(target)
        remote = self.root / asset / target.parent.name
        if self.remote:
            for file in files:
                (remote / name / file).parent.mkdir(parents=True, exist_ok=True)
                (remote / name / file).write_bytes((target / file).read_bytes())
        pointer = json.dumps(
            {"digest": name, "recipe": recipe, "files": files, "facts": draft.facts},
            sort_keys=True,
            indent=1,
        )
        if self.remote:
            (remote / "current.json").write_text(pointer)  # one PUT: object stores replace whole
        else:
            _replace(target.parent / "current.json", pointer)
        kept = {name, draft.previous.digest if draft.previous else name}  # readers may be on it
        for child in target.parent.iterdir():
            if child.is_dir() and child.name not in kept:
                shutil.rmtree(child)


def _download(source: Any, folder: Path, hashes: Mapping[str, str], files: Sequence[str]) -> None:
    """Bring the files that are not here yet; each one appears whole, whoever else brings it."""
    for name in files:
        target = folder / name
        if target.exists():
            continue
        content = (source / name).read_bytes()
        if content_hash(content) != hashes[name]:
            raise StoreError(f"{source / name} is damaged: its content is not what was stored")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".download-", delete=False) as file:
            file.write(content)
        Path(file.name).replace(target)


def _folder(asset: str, partition: str | None) -> str:
    """Return the partition's folder name. Names from strangers must not become paths."""
    for name in (asset, partition):
        if name is not None and not _NAME.fullmatch(name):
            raise StoreError(f"{name!r} cannot name stored data: letters, digits and hyphens only")
    return partition or _WHOLE


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clear(path: Path) -> None:
    """Empty a draft, but for the scratch folder of a run that was killed."""
    path.mkdir(exist_ok=True)
    for child in path.iterdir():
        if child.is_dir() and child.name != _SCRATCH:
            shutil.rmtree(child)
        elif child.is_file():
            child.unlink()


def _replace(path: Path, text: str) -> None:
    """Replace a file in one step that survives a power cut."""
    partial = path.with_suffix(".partial")
    with partial.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
