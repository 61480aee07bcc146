"""Publishing to a bucket: the files first, then the pointer, and only if nobody else was faster."""

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from cncf_llm.store.bucket import Bucket, ConditionError, Found
from cncf_llm.store.errors import StoreError
from cncf_llm.store.files import send
from cncf_llm.store.lease import Lease

_log = logging.getLogger(__name__)


def publish(
    bucket: Bucket,
    lease: Lease,
    partition: str,
    folder: Path,
    pointer: str,
    *,
    before: Found | None,
    keep: str | None,
) -> None:
    """Upload the version in `folder` and make it the current one of the partition's key.

    `before` is the pointer that the draft started from: when it is another one by now, nothing is
    published. Of older versions the one of digest `keep` stays, since readers may be on it; None
    keeps all. Raises `StoreError`, of which `LostLeaseError` is one.
    """
    old = list(bucket.keys(f"{partition}/"))  # listed now: what a later writer brings is not in it
    send(bucket, folder, f"{partition}/{folder.name}", list(json.loads(pointer)["files"]))
    lease.confirm()
    try:
        bucket.put(
            f"{partition}/current.json",
            pointer.encode(),
            replaces=before.etag if before else None,
        )
    except ConditionError as error:
        raise StoreError(
            f"{bucket.url}/{partition} was published by another writer while this one was at work; "
            "this one's result is not published: run again"
        ) from error
    outdated = _outdated(old, None if keep is None else {folder.name, keep})
    try:
        if outdated:
            lease.confirm()  # not after another one began to write
            bucket.delete(outdated)
    except StoreError as error:
        # It is published: what could not be removed is removed by the next one.
        _log.warning("old data of %s/%s is not removed: %s", bucket.url, partition, error)


def _outdated(keys: Iterable[str], kept: set[str] | None) -> list[str]:
    """Return the keys of versions that are not `kept`, and of all kept scratch."""
    outdated = []
    for key in keys:
        _, _, folder, *rest = key.split("/")
        old = kept is not None and folder not in kept
        if rest and (old or folder.startswith("scratch-")):
            outdated.append(key)
    return outdated
