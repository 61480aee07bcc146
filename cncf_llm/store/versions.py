"""Versioned folders: the one place where data is kept.

Layout under the root, for an asset's partition (`_` when the asset has none):

    <asset>/<partition>/<digest>/...       one immutable version: Parquet tables, model files
    <asset>/<partition>/current.json       which version is current; replaced in one step
    <asset>/<partition>/draft-<recipe>/    local root: what a running or killed run has so far
    <asset>/<partition>/lease.json         remote root: who writes
    <asset>/<partition>/scratch-<recipe>/  remote root: the scratch that a draft has kept

A version is named by the digest of its files, so equal content is the same version. A reader sees
the old version until `current.json` is replaced. A killed run leaves its scratch (training
checkpoints) behind, and the next run with the same recipe takes it up.

The root is a local folder or `s3://bucket/prefix`. A remote root is mirrored by a local folder,
file by file as they are asked for: versions are immutable, so what is here never goes stale.
"""

import errno
import json
import re
import shutil
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from cncf_llm.store.bucket import PATIENCE, Bucket, Found
from cncf_llm.store.draft import SCRATCH, Draft
from cncf_llm.store.errors import BusyPartitionError, StoreError
from cncf_llm.store.files import bring, hashes, is_inside, move, replace_text
from cncf_llm.store.identity import digest
from cncf_llm.store.lease import SECONDS, Lease
from cncf_llm.store.publish import publish
from cncf_llm.store.scratch import KeptScratch
from cncf_llm.store.version import Version

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{32}")
_FULL = (errno.ENOSPC, errno.EDQUOT)  # no space on the disk, or none left of one's share
_WHOLE = "_"  # folder name for an asset without partitions
_POINTER = "current.json"
_POINTERS_AT_ONCE = 16


class Store:
    """Versions of all assets under one root.

    `root` is a local folder or `s3://bucket/prefix`; `cache` is the local folder that mirrors a
    remote root, and is unused for a local one. Of a remote root: `lease` is for how many seconds a
    writer that was killed blocks its partition, and `patience` for how many an outage is waited
    out. What is asked of a remote root raises `StoreError` when it does not answer or refuses.
    """

    def __init__(
        self,
        root: str | Path,
        cache: Path | None = None,
        *,
        lease: float = SECONDS,
        patience: float = PATIENCE,
    ) -> None:
        self.bucket = Bucket(str(root), patience) if "://" in str(root) else None
        if self.bucket and cache is None:
            raise StoreError(f"the remote store {root} needs a local cache folder")
        self.local = Path(cache) if self.bucket and cache else Path(root)
        self._lease = lease

    def current(self, asset: str, partition: str | None = None) -> Version | None:
        """Return the current version of a partition, or None when there never was one.

        Of a remote store only the pointer is read: the data comes when it is asked for. Raises
        `StoreError` when the pointer is damaged or a local version's files are gone.
        """
        folder = _folder(asset, partition)
        return self._version(asset, partition, self._pointer(asset, folder))

    def require(self, asset: str, partition: str | None = None) -> Version:
        """Return the current version. Raises `StoreError` when there is none."""
        version = self.current(asset, partition)
        if version is None:
            raise StoreError(f"there is no {_named(asset, partition)} yet: materialize it first")
        return version

    def partitions(self, asset: str) -> list[str]:
        """Return the keys of an asset's partitions that have data, sorted."""
        _folder(asset, None)
        if self.bucket:
            # One listing: a question for each partition would cost a request each.
            names = [tuple(key.split("/")) for key in self.bucket.keys(f"{asset}/")]
            found = [name[1] for name in names if len(name) == 3 and name[2] == _POINTER]
        else:
            found = [path.parent.name for path in (self.local / asset).glob(f"*/{_POINTER}")]
        return sorted(key for key in found if key != _WHOLE)

    def versions(self, asset: str, among: Collection[str] | None = None) -> dict[str, Version]:
        """Return the current version of each partition that has data, or of those in `among`."""
        keys = [key for key in self.partitions(asset) if among is None or key in among]
        if not keys:
            return {}
        with ThreadPoolExecutor(min(_POINTERS_AT_ONCE, len(keys))) as pool:
            found = list(pool.map(partial(self.require, asset), keys))
        return dict(zip(keys, found, strict=True))

    @contextmanager
    def draft(self, asset: str, partition: str | None, recipe: str) -> Iterator[Draft]:
        """Make a new version: what the block writes into the draft becomes current at its end.

        When the block raises, the previous version stays current. Raises `BusyPartitionError` when
        another run holds the partition, `LostLeaseError` when another one has taken it over, and
        `StoreError` when the disk is full.
        """
        write = partial(self._remote_draft, self.bucket) if self.bucket else self._local_draft
        try:
            with write(asset, partition, recipe) as draft:
                yield draft
        except (OSError, pl.exceptions.PolarsError) as error:
            full = any(f"os error {code})" in str(error) for code in _FULL)  # as polars says it
            if full or getattr(error, "errno", None) in _FULL:
                raise StoreError(
                    f"no space left on the disk of {self.local}; the previous data of {asset} is "
                    "intact: free some space and run again"
                ) from error
            raise

    @contextmanager
    def _local_draft(self, asset: str, partition: str | None, recipe: str) -> Iterator[Draft]:
        folder = self.local / asset / _folder(asset, partition)
        folder.mkdir(parents=True, exist_ok=True)
        # The kernel releases this lock when its holder dies, so a killed run blocks nobody.
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BusyPartitionError(
                f"another run is writing {_named(asset, partition)}; "
                "wait for it to end, or cancel it"
            ) from None
        try:
            draft = Draft(folder / f"draft-{recipe[:16]}", self.current(asset, partition))
            _clear(draft.path)
            yield draft
            name, pointer = _seal(draft, recipe)
            replace_text(folder / _POINTER, pointer)
            _remove_old(folder, name, draft.previous)
        finally:
            lock.release()

    @contextmanager
    def _remote_draft(
        self, bucket: Bucket, asset: str, partition: str | None, recipe: str
    ) -> Iterator[Draft]:
        where = f"{asset}/{_folder(asset, partition)}"
        folder = self.local / where
        lease = Lease(bucket, f"{where}/lease.json", _named(asset, partition), self._lease)
        # A folder of its own: a writer that lost its lease may still be at work beside this one.
        path = folder / f"draft-{lease.token[:16]}"
        try:
            path.mkdir(parents=True)
            before = self._pointer(asset, folder.name)
            kept = KeptScratch(bucket, lease, where, recipe[:16], path / SCRATCH)
            draft = Draft(path, self._version(asset, partition, before), kept=kept)
            kept.restore()
            with kept.rescued():
                yield draft
            name, pointer = _seal(draft, recipe)
            publish(
                bucket,
                lease,
                where,
                folder / name,
                pointer,
                before=before,
                keep=_kept(name, draft.previous),
            )
            _remove_old(folder, name, draft.previous)
        finally:
            lease.release()
            shutil.rmtree(path, ignore_errors=True)

    def _pointer(self, asset: str, folder: str) -> Found | None:
        if self.bucket:
            return self.bucket.get(f"{asset}/{folder}/{_POINTER}")
        try:
            return Found((self.local / asset / folder / _POINTER).read_bytes(), "", 0.0)
        except FileNotFoundError:
            return None

    def _version(self, asset: str, partition: str | None, found: Found | None) -> Version | None:
        if found is None:
            return None
        where = f"{asset}/{_folder(asset, partition)}"
        place = f"{self.bucket.url if self.bucket else self.local}/{where}"
        try:
            pointer = json.loads(found.content)
            name, files = pointer["digest"], dict(pointer["files"])
            recipe, facts = pointer["recipe"], dict(pointer["facts"])
            if not _DIGEST.fullmatch(name) or not all(map(is_inside, files)):
                raise ValueError("it names files outside of it")
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{place}/{_POINTER} is damaged ({error}); remove it and materialize {asset} again"
            ) from error
        path = self.local / where / name
        fetch = None
        if self.bucket:
            fetch = partial(bring, self.bucket, f"{where}/{name}", path, files)
        elif not path.is_dir():
            raise StoreError(
                f"{path} is gone although {place}/{_POINTER} names it; remove {_POINTER} and "
                f"materialize {asset} again"
            )
        return Version(
            asset, partition, name, recipe, f"{place}/{name}", files, facts, path, bring=fetch
        )


def _folder(asset: str, partition: str | None) -> str:
    """Return the partition's folder name. Names from strangers must not become paths."""
    for name in (asset, partition):
        if name is not None and not _NAME.fullmatch(name):
            raise StoreError(f"{name!r} cannot name stored data: letters, digits and hyphens only")
    return partition or _WHOLE


def _named(asset: str, partition: str | None) -> str:
    return f"{asset} of {partition}" if partition else asset


def _clear(path: Path) -> None:
    """Empty a draft, but for the scratch folder of a run that was killed."""
    path.mkdir(exist_ok=True)
    for child in path.iterdir():
        if child.is_dir() and child.name != SCRATCH:
            shutil.rmtree(child)
        elif child.is_file():
            child.unlink()


def _seal(draft: Draft, recipe: str) -> tuple[str, str]:
    """Turn a draft's folder into a version's. Return its digest and the text of its pointer."""
    shutil.rmtree(draft.path / SCRATCH, ignore_errors=True)
    files = hashes(draft.path)
    name = digest(files)[:32]
    move(draft.path, draft.path.with_name(name), files)
    pointer = {"digest": name, "recipe": recipe, "files": files, "facts": draft.facts}
    return name, json.dumps(pointer, sort_keys=True, indent=1)


def _kept(name: str, previous: Version | None) -> str | None:
    """Return which version stays beside the new one; None when all do, as nothing changed."""
    if previous is None:
        return ""
    return None if previous.digest == name else previous.digest


def _remove_old(folder: Path, name: str, previous: Version | None) -> None:
    """Remove drafts, and versions but for the new one and the last: readers may be on that."""
    kept = _kept(name, previous)
    for child in folder.iterdir():
        old = kept is not None and child.name not in (name, kept)
        if child.is_dir() and (old or not _DIGEST.fullmatch(child.name)):
            shutil.rmtree(child)
