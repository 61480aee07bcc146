"""Who may write a partition of a remote store: a lease that holds between machines.

The lease is one small object. It is taken, renewed and given back by conditional writes alone, so
of two who try at once one fails (Gray and Cheriton 1989, https://doi.org/10.1145/74850.74870). How
old it is says the server's clock, both times: the clocks of writers do not matter. Each renewal
changes its content, so that its ETag never comes back.
"""

import json
import logging
import os
import socket
import threading
import time
import uuid
from typing import Any

from cncf_llm.store.bucket import Bucket, ConditionError, Found
from cncf_llm.store.errors import BusyPartitionError, StoreError

SECONDS = 60.0  # without renewal, a lease is given up after this
_RENEWALS = 4  # a living holder renews this often in that time
_ROUNDING = 2.0  # seconds; HTTP dates have whole ones, and two of them are compared

_log = logging.getLogger(__name__)


class LostLeaseError(StoreError):
    """Another run has taken the partition over, so this one may not publish."""


class Lease:
    """The right to write one partition, taken when made and renewed by a thread until `release`.

    A holder that is alive is told apart from one that was killed by its renewals: the first costs a
    second writer a `BusyPartitionError` at once or after a quarter of `seconds`, the second is
    waited for until its lease has run out, which takes at most `seconds` and a little.
    """

    def __init__(self, bucket: Bucket, key: str, what: str, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._bucket, self._key, self._what = bucket, key, what
        self.token = uuid.uuid4().hex
        self._beat = 0
        self._etag = self._acquire()
        self._writing = threading.Lock()
        self._ended = threading.Event()
        self._lost = False
        threading.Thread(target=self._keep_alive, name=f"lease of {what}", daemon=True).start()

    def confirm(self) -> None:
        """Renew the lease now. Raises `LostLeaseError` when it is held no longer."""
        self._renew(self._bucket.patience)

    def check(self) -> None:
        """Raise `LostLeaseError` when a renewal has found the lease taken. Asks no server."""
        if self._lost:
            raise LostLeaseError(
                f"another run has taken over {self._what}, because this one could not renew its "
                f"lease for {self.seconds:.0f} s; it publishes nothing. Wait for the other one"
            )

    def release(self) -> None:
        """Give the lease back, if it is still held; the next writer need not wait."""
        self._ended.set()
        with self._writing:
            if self._lost:
                return
            try:
                self._put(self._etag, released=True, patience=self.seconds / _RENEWALS)
            except (ConditionError, StoreError) as error:
                _log.warning("the lease of %s is left to run out: %s", self._what, error)

    def _acquire(self) -> str:
        first: Found | None = None
        while True:
            found = self._bucket.get(self._key)
            held = _read(found)
            free = found is None or held["released"] or found.age > held["seconds"] + _ROUNDING
            if found is None or free:
                try:
                    return self._put(found.etag if found else None)
                except ConditionError:
                    first = None  # another writer was faster: see who it is
                    continue
            first = first or found
            if first.etag != found.etag:  # renewed before our eyes, so its holder is alive
                raise BusyPartitionError(
                    f"another run is writing {self._what}: {held['holder']}, whose lease was "
                    f"renewed {max(0.0, found.age):.0f} s ago and runs out in "
                    f"{held['seconds'] - found.age:.0f} s unless it renews it; wait for it to end, "
                    "or cancel it"
                )
            time.sleep(min(1.0, held["seconds"] / (4 * _RENEWALS)))

    def _put(self, replaces: str | None, patience: float | None = None, **more: Any) -> str:
        self._beat += 1
        lease = {
            "holder": f"{socket.gethostname()}, process {os.getpid()}",
            "token": self.token,
            "beat": self._beat,
            "seconds": self.seconds,
            "released": False,
            **more,
        }
        content = json.dumps(lease, sort_keys=True).encode()
        return self._bucket.put(self._key, content, replaces=replaces, patience=patience)

    def _renew(self, patience: float) -> None:
        with self._writing:
            self.check()
            try:
                self._etag = self._put(self._etag, patience)
            except ConditionError:
                found = self._bucket.get(self._key, patience)
                # A renewal that timed out may have reached the server after all.
                if found is None or _read(found)["token"] != self.token:
                    self._lost = True
                    self.check()
                else:
                    self._etag = found.etag

    def _keep_alive(self) -> None:
        while not self._ended.wait(self.seconds / _RENEWALS):
            try:
                self._renew(self.seconds / _RENEWALS)
            except LostLeaseError as error:
                _log.error("%s", error)
                return
            except StoreError as error:
                # Nobody else can take the lease from a server that does not answer: try again.
                _log.warning("could not renew the lease of %s: %s", self._what, error)


def _read(found: Found | None) -> dict[str, Any]:
    """Return the lease, or one that is free where there is none or nobody can read it."""
    try:
        lease = json.loads(found.content) if found else {}
        return {
            "holder": str(lease["holder"]),
            "token": str(lease["token"]),
            "seconds": float(lease["seconds"]),
            "released": bool(lease["released"]),
        }
    except (ValueError, KeyError, TypeError):
        return {"holder": "nobody", "token": "", "seconds": 0.0, "released": True}
