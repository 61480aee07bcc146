"""Duplicate passages within a project: exact ones by hash, near ones by MinHash and LSH.

Broder (1997), https://doi.org/10.1109/SEQUEN.1997.666900, for MinHash; LSH proposes pairs, and the
exact Jaccard similarity of their word 5-grams decides. Templated reference pages differ in few
words and must not collapse into one another. So a passage takes part in the near search only when
it has `NEAR_WORDS` words of prose, and is never compared by way of a third one.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cncf_llm.store import content_hash

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 5
THRESHOLD = 0.85
NEAR_WORDS = 40
DISTINCT_WORDS = 25  # shorter passages are equal only under equal headings
_PERMUTATIONS = 64
_SEED = 1

_WORD = re.compile(r"\w+")
_SOURCES = {"repository": 0, "website": 1, "stackoverflow": 2}
_VERSION = re.compile(
    r"^(?:versions?-|release-|v)?(\d+(?:\.(?:\d+|x))+|(?<=[-v])\d+)(?:\.adoc|\.md)?$"
)
_OTHER_LANGUAGES = frozenset(
    """ar bn cs da de el es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv ta th tr uk ur vi zh
    pt-br pt_br pt-pt zh-cn zh-tw zh-hans zh-hant zh_cn""".split()
)


@dataclass(frozen=True)
class Candidate:
    """A passage to compare: its ids, what decides which of two is kept, its text, its signature."""

    passage_id: str
    heading: str
    text: str
    signature: bytes | None


@dataclass(frozen=True)
class Duplicate:
    """A passage to drop, because of the one that is kept."""

    passage_id: str
    kept_id: str
    reason: str


def signature_of(text: str, prose: str) -> bytes | None:
    """Return the MinHash signature of a passage, or None where only exact equality counts.

    `prose` is its text without code and tables. 64 little-endian 32-bit numbers.
    """
    if len(prose.split()) < NEAR_WORDS:
        return None
    sketch = _empty_sketch().copy()
    sketch.update_batch(sorted(shingle.encode() for shingle in shingles(text)))
    return sketch.hashvalues.astype("<u4").tobytes()


@cache
def _empty_sketch() -> "MinHash":
    """Drawing the permutations takes longer than signing a passage, so it is done once."""
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=zlib.crc32)


def shingles(text: str) -> set[str]:
    """Return the runs of `SHINGLE` words in a text, in lower case and without punctuation."""
    words = _WORD.findall(text.lower())
    return {" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def keep_order(source: str, repository: str, path: str) -> tuple:
    """Return the sort key by which the first of two equal passages is kept.

    Repository before website before Stack Overflow; pages without a version before versioned ones
    and newer versions before older; English folders before translations; then repository and path.
    """
    parts = path.lower().split("/")
    versions = [found[1] for part in parts if (found := _VERSION.match(part))]
    version = (
        tuple(-int(number) if number != "x" else 0 for number in versions[0].split("."))
        if (versions)
        else ()
    )
    translated = any(part in _OTHER_LANGUAGES for part in parts)
    rank = _SOURCES.get(source, len(_SOURCES))
    return (rank, translated, bool(versions), version, repository, path)


def find_duplicates(candidates: Sequence[Candidate]) -> list[Duplicate]:
    """Return the passages to drop, given all passages of a project in the order of `keep_order`."""
    duplicates: list[Duplicate] = []
    kept = []
    first: dict[str, str] = {}
    for candidate in candidates:
        key = _exact_key(candidate)
        if key in first:
            duplicates.append(Duplicate(candidate.passage_id, first[key], "exact-duplicate"))
        else:
            first[key] = candidate.passage_id
            kept.append(candidate)
    duplicates.extend(_near_duplicates(kept))
    return duplicates


def _exact_key(candidate: Candidate) -> str:
    words = " ".join(candidate.text.lower().split())
    short = words.count(" ") + 1 < DISTINCT_WORDS
    return content_hash(f"{candidate.heading.lower()}\n{words}" if short else words)


def _near_duplicates(candidates: Iterable[Candidate]) -> Iterable[Duplicate]:
    import numpy
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD - 0.1, num_perm=_PERMUTATIONS)
    texts: dict[str, str] = {}
    order: dict[str, int] = {}
    for candidate in candidates:
        if candidate.signature is None:
            continue
        values = numpy.frombuffer(candidate.signature, dtype="<u4").astype(numpy.uint32)
        sketch = _empty_sketch().copy()
        sketch.hashvalues = values
        near = sorted((str(one) for one in index.query(sketch)), key=order.__getitem__)
        grams = shingles(candidate.text) if near else set()
        same = next((one for one in near if _jaccard(grams, texts[one]) >= THRESHOLD), None)
        if same is not None:
            yield Duplicate(candidate.passage_id, same, "near-duplicate")
            continue
        order[candidate.passage_id] = len(order)
        texts[candidate.passage_id] = candidate.text
        index.insert(candidate.passage_id, sketch, check_duplication=False)


def _jaccard(grams: set[str], text: str) -> float:
    other = shingles(text)
    return len(grams & other) / len(grams | other) if grams or other else 0.0
