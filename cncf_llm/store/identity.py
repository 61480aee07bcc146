"""Stable identifiers: a row's id hashes what identifies it, never when it was read."""

import hashlib
import json
from collections.abc import Mapping

_SEPARATOR = "\x1f"  # cannot occur in a path, URL or heading that reaches us


def stable_id(kind: str, *parts: object) -> str:
    """Return an identifier such as `doc-3f0c...` (20 hex digits, 80 bits) for what `parts` name."""
    name = _SEPARATOR.join(str(part) for part in parts)
    return f"{kind}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"


def content_hash(content: bytes | str) -> str:
    """Return the SHA-256 of a content, as 64 hex digits."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()


def digest(facts: Mapping[str, object]) -> str:
    """Return the SHA-256 of a JSON-like mapping, independent of the order of its keys."""
    return content_hash(json.dumps(facts, sort_keys=True, ensure_ascii=False))
