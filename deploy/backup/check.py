"""Check that a backup's versions are whole: python3 deploy/backup/check.py FOLDER

Every pointer's files must be there and have the SHA-256 that it names; both dumps must be readable
archives of pg_dump. Needs Python alone. Exit code 1 and a line for each thing that is wrong.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path


def wrong(folder: Path) -> Iterator[str]:
    """Yield what is missing or damaged."""
    for name in ("dagster.dump", "mlflow.dump"):
        dump = folder / name
        if not dump.is_file() or dump.open("rb").read(5) != b"PGDMP":
            yield f"{dump}: no archive of pg_dump"
    pointers = sorted((folder / "bucket" / "data").glob("*/*/current.json"))
    if not pointers:
        yield f"{folder}/bucket/data: no version at all"
    for pointer in pointers:
        said = json.loads(pointer.read_text())
        for name, sha256 in said["files"].items():
            file = pointer.parent / said["digest"] / name
            if not file.is_file():
                yield f"{file}: missing"
            else:
                with file.open("rb") as content:
                    found = hashlib.file_digest(content, "sha256").hexdigest()
                if found != sha256:
                    yield f"{file}: damaged"


if __name__ == "__main__":
    lines = list(wrong(Path(sys.argv[1])))
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(1 if lines else 0)
