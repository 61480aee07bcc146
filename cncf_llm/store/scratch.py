"""Scratch that outlives a pod: what a draft has kept of it lies in the remote store.

    scratch-<recipe>/<sha256>        a file's content
    scratch-<recipe>/manifest.json   names and hashes of the files; written last

A manifest names only contents that are there, and these are never changed: whoever is killed while
keeping leaves the last manifest, and it is whole.
"""

import json
import logging
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cncf_llm.store.bucket import Bucket, GoneError
from cncf_llm.store.errors import StoreError
from cncf_llm.store.files import file_hash, is_inside
from cncf_llm.store.lease import Lease, LostLeaseError

_MANIFEST = "manifest.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATIENCE = 30.0  # seconds; keeping is a precaution, and the work goes on without it
_log = logging.getLogger(__name__)


class _DamagedError(StoreError):
    """What was kept is not what was written."""


class KeptScratch:
    """The remote side of one draft's scratch folder, under the key `partition`."""

    def __init__(
        self, bucket: Bucket, lease: Lease, partition: str, recipe: str, folder: Path
    ) -> None:
        self._bucket, self._lease, self._folder = bucket, lease, folder
        self._partition, self._own = partition, f"{partition}/scratch-{recipe}"
        self._kept: dict[str, str] = {}  # by name: hash, as in the manifest
        self._seen: dict[str, tuple[int, int]] = {}  # by name: size and time of the kept file
        self._last = float("-inf")

    def restore(self) -> None:
        """Bring what an earlier draft of the same recipe has kept. What is damaged is left."""
        try:
            manifest = self._manifest(self._own)
            for name, sha256 in manifest.items():
                self._bring(self._own, sha256, self._folder / name)
        except (_DamagedError, GoneError) as error:
            _log.warning("the scratch of an earlier run is not used: %s", error)
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        self._kept = manifest
        self._seen = {name: _stamp(self._folder / name) for name in manifest}

    def keep(self, every: float) -> None:
        """Keep the files that are new or changed, unless that was done `every` seconds ago.

        A server that does not take them costs a warning, not the work. Raises `LostLeaseError` when
        another run has taken the partition over.
        """
        self._lease.check()
        if time.monotonic() - self._last < every or not self._folder.is_dir():
            return
        try:
            self._upload(self._bucket.with_patience(_PATIENCE))
        except StoreError as error:
            _log.warning("the scratch of this run is not kept, so a retry may lose it: %s", error)
        self._last = time.monotonic()

    @contextmanager
    def rescued(self) -> Iterator[None]:
        """Keep what is there when the block is left by an exception, such as a cancelled run."""
        try:
            yield
        except BaseException:
            with suppress(LostLeaseError):
                self.keep(every=0.0)
            raise

    def left_behind(self, name: str) -> list[Path]:
        """Return copies of the files `name` in the scratch of drafts that did not end."""
        keys = self._bucket.keys(f"{self._partition}/scratch-")
        scratches = {key.rpartition("/")[0] for key in keys if key.endswith(f"/{_MANIFEST}")}
        found = []
        for other in sorted(scratches - {self._own}):
            try:
                sha256 = self._manifest(other).get(name)
                if sha256:
                    copy = self._folder.parent.with_name(f"left-{sha256}") / name
                    self._bring(other, sha256, copy)
                    found.append(copy)
            except (_DamagedError, GoneError) as error:
                _log.warning("the scratch of an earlier run is not used: %s", error)
        return found

    def _upload(self, bucket: Bucket) -> None:
        files = [file for file in sorted(self._folder.rglob("*")) if file.is_file()]
        kept, seen = {}, {}
        for file in files:
            name = file.relative_to(self._folder).as_posix()
            seen[name] = _stamp(file)
            if self._seen.get(name) == seen[name]:
                kept[name] = self._kept[name]
                continue
            kept[name] = file_hash(file)
            if kept[name] not in self._kept.values():
                bucket.upload(file, f"{self._own}/{kept[name]}")
            if _stamp(file) != seen[name]:  # it grew meanwhile: what lies there may be neither
                raise StoreError(f"{name} was written to while it was kept")
        if kept != self._kept:
            manifest = json.dumps(kept, sort_keys=True, indent=1).encode()
            bucket.put_whole(f"{self._own}/{_MANIFEST}", manifest)
            old = set(self._kept.values()) - set(kept.values())
            self._kept = kept
            bucket.delete(f"{self._own}/{sha256}" for sha256 in sorted(old))
        self._seen = seen

    def _manifest(self, scratch: str) -> dict[str, str]:
        found = self._bucket.get(f"{scratch}/{_MANIFEST}")
        try:
            manifest = json.loads(found.content) if found else {}
        except ValueError as error:
            raise _DamagedError(f"{self._bucket.url}/{scratch}/{_MANIFEST} is damaged") from error
        for name, sha256 in manifest.items():
            if not is_inside(name) or not _SHA256.fullmatch(str(sha256)):
                raise _DamagedError(f"{self._bucket.url}/{scratch}/{_MANIFEST} is damaged")
        return manifest

    def _bring(self, scratch: str, sha256: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._bucket.download(f"{scratch}/{sha256}", path)
        if file_hash(path) != sha256:
            raise _DamagedError(f"{self._bucket.url}/{scratch}/{sha256} is damaged")


def _stamp(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_size, stat.st_mtime_ns
