"""Replies as JSON lines in a file: each one is on the disk before it is used."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from cncf_llm.questions.written.messages import Reply


class Ledger:
    """The replies of a run, by the key of their request. `path` is made when there is none.

    What a killed run wrote is read first. Its last line may be torn: that one is cut off, and its
    request is asked again.
    """

    def __init__(self, path: Path) -> None:
        self.replies, whole = _read(path)
        new = not path.exists()
        self._file = path.open("ab")
        self._file.truncate(whole)
        if new:
            _sync_folder(path.parent)

    def append(self, key: str, reply: Reply) -> None:
        """Keep a reply. When this returns, neither a kill nor a power cut loses it."""
        line = json.dumps({"key": key, **asdict(reply)})  # ASCII: one line whatever the reply has
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.replies[key] = reply

    def close(self) -> None:
        self._file.close()


def read_ledger(path: Path) -> dict[str, Reply]:
    """Return the replies in a ledger that another run left behind."""
    return _read(path)[0]


def _read(path: Path) -> tuple[dict[str, Reply], int]:
    """Return the replies of a ledger and the length of its whole lines in bytes."""
    replies: dict[str, Reply] = {}
    whole = 0
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return replies, whole
    for line in content.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        whole += len(line)
        try:
            row = json.loads(line)
            key = row.pop("key")
            replies[key] = Reply(**row)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # a damaged line costs its own reply and no other
    return replies, whole


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
