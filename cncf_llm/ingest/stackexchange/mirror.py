"""Questions of a tag in a mirror: `<mirror>/stackexchange/<tag>.jsonl`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cncf_llm.ingest.errors import UnreadableSourceError

MAX_LINE = 5_000_000  # bytes; a question with a hundred long answers has 3 MB
_TAG = re.compile(r"[a-z0-9+#][a-z0-9+#.-]{0,34}")


def is_tag(tag: str) -> bool:
    """Say whether a text is a Stack Overflow tag, and so may name a file."""
    return bool(_TAG.fullmatch(tag)) and ".." not in tag


def questions_in_mirror(tag: str, mirror: Path) -> Iterator[tuple[int, Any]]:
    """Yield line number and question of each line; a question has its `answers`.

    A line that is not JSON or longer than `MAX_LINE` yields the `UnreadableSourceError` in place of
    a question: `malformed-question`, `too-large`. Raises it when the mirror has no such file:
    `not-in-mirror`.
    """
    path = mirror / "stackexchange" / f"{tag}.jsonl"
    if not path.is_file():
        raise UnreadableSourceError("not-in-mirror", f"the mirror has no stackexchange/{tag}.jsonl")
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE and not line.endswith(b"\n"):
                while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    pass
                detail = f"line {number} has more than {MAX_LINE:,} bytes"
                yield number, UnreadableSourceError("too-large", detail)
            elif line.strip():
                yield number, _question(line, number)


def _question(line: bytes, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        detail = f"line {number} is not JSON: {error}"
        return UnreadableSourceError("malformed-question", detail)
