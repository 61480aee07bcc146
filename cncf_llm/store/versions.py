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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from filelock import FileLock, Timeout

from cncf_llm.store.identity import content_hash, digest

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_SCRATCH = "scratch"
_FULL = (errno.ENOSPC, errno.EDQUOT)  # no space on the disk, or none left of one's share
_WHOLE = "_"  # folder name for an asset without partitions


class StoreError(Exception):
    """Data is missing, damaged, or cannot be written."""


class BusyPartitionError(StoreError):
    """Another run is writing the same partition of the same asset."""


@dataclass(frozen=True)
class Version:
    """One immutable version of one partition of an asset, in a local folder.

    `files` maps each file's relative path to its SHA-256. `recipe` is the digest of everything that
    the version was computed from. `facts` is what is worth knowing of the computation but not part
    of the content, such as an MLflow run id.
    """

    asset: str
    partition: str | None
    digest: str
    recipe: str
    path: Path
    files: Mapping[str, str]
    facts: Mapping[str, Any]

    def table(self, name: str) -> pl.DataFrame:
        """Read one of the version's tables. Raises `StoreError` when it has none of that name."""
        return pl.read_parquet(self._file(name))

    def scan(self, name: str) -> pl.LazyFrame:
        """Return one of the version's tables, of which only what is asked for will be read."""
        return pl.scan_parquet(self._file(name))

    def _file(self, name: str) -> Path:
        file = self.path / f"{name}.parquet"
        if not file.is_file():
            held = ", ".join(sorted(self.files)) or "no file"
            raise StoreError(f"{self.asset} has no table {name!r} in {self.path}; it has {held}")
        return file

    def tables(self) -> dict[str, pl.DataFrame]:
        """Read all tables in the version's top folder, by name."""
        names = [PurePosixPath(name) for name in self.files]
        return {
            name.stem: self.table(name.stem)
            for name in names
            if name.suffix == ".parquet" and len(name.parts) == 1
        }

    def part(self, folder: str) -> str:
        """Return the digest of one sub-folder, for those who depend on that part alone."""
        return digest({k: v for k, v in self.files.items() if k.startswith(f"{folder}/")})


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
        version = Version(
            asset,
            partition,
            facts["digest"],
            facts["recipe"],
            path,
            facts["files"],
            facts["facts"],
        )
        if not path.is_dir():
            if not self.remote:
                raise StoreError(
                    f"{path} is gone although {pointer} names it; remove {pointer} and "
                    f"materialize {asset} again"
                )
            self._download(version)
        return version

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

    def _download(self, version: Version) -> None:
        source = self.root / version.asset / version.path.parent.name / version.digest
        partial = version.path.with_name(f"download-{os.getpid()}-{version.digest}")
        for name, expected in version.files.items():
            content = (source / name).read_bytes()
            if content_hash(content) != expected:
                raise StoreError(f"{source / name} is damaged: its content is not what was stored")
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            (partial / name).write_bytes(content)
        partial.mkdir(parents=True, exist_ok=True)
        partial.rename(version.path)


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
