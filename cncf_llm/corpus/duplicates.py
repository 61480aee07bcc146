"""Duplicate passages within a project: exact ones by hash, near ones by MinHash and LSH.

Broder (1997), https://doi.org/10.1109/SEQUEN.1997.666900, for MinHash, whose signatures datasketch
computes, once for each passage. Those equal in a band of their signatures are proposed as pairs
(LSH), and the exact Jaccard similarity of their word 5-grams decides. Templated reference pages
differ in few words and must not collapse into one another. So a passage takes part in the near
search only when it has `NEAR_WORDS` words of prose, and is never compared by way of a third one.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from cncf_llm.store import content_hash

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 5
THRESHOLD = 0.85
NEAR_WORDS = 40
DISTINCT_WORDS = 25  # shorter passages are equal only under equal headings
_PERMUTATIONS = 64
_SEED = 1
# Numbers of a signature in a band, and bands: datasketch's MinHashLSH(threshold=0.75, num_perm=64).
# Two passages of the similarity `THRESHOLD` share a band with a probability of 0.83.
BAND_NUMBERS, BANDS = 9, 7

_WORD = re.compile(r"\w+")
_SOURCES = {"repository": 0, "website": 1, "stackoverflow": 2}
_VERSION = re.compile(
    r"^(?:versions?-|release-|v)?(\d+(?:\.(?:\d+|x))+|(?<=[-v])\d+)(?:\.adoc|\.md)?$"
)
_OTHER_LANGUAGES = frozenset(
    """ar bn cs da de el es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv ta th tr uk ur vi zh
    pt-br pt_br pt-pt zh-cn zh-tw zh-hans zh-hant zh_cn""".split()
)


DUPLICATES = {"passage_id": pl.String, "kept_id": pl.String, "reason": pl.String}


def equal_key(heading: str, text: str) -> str:
    """Return the hash that is the same for two passages exactly when they are equal.

    Case and white space do not count. `heading` is title and heading path: it counts where the text
    is so short that it says little without it.
    """
    words = text.lower().split()
    normal = " ".join(words)
    return content_hash(f"{heading.lower()}\n{normal}" if len(words) < DISTINCT_WORDS else normal)


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


def find_duplicates(passages: pl.DataFrame) -> pl.DataFrame:
    """Return the passages to drop: rows of `DUPLICATES`, each with the passage that is kept.

    `passages` are all of a project, in the order of `keep_order`, with the columns `passage_id`,
    `equal` (`equal_key`), `text` and `signature` (`signature_of`).
    """
    first = passages.with_columns(pl.first("passage_id").over("equal").alias("kept_id"))
    is_first = pl.col("passage_id") == pl.col("kept_id")
    exact = first.filter(~is_first).select(
        "passage_id", "kept_id", pl.lit("exact-duplicate").alias("reason")
    )
    near = _near_duplicates(first.filter(is_first, pl.col("signature").is_not_null()))
    return pl.concat([exact, near])


def _near_duplicates(passages: pl.DataFrame) -> pl.DataFrame:
    """Compare each passage with the earlier ones that were kept and share a band with it."""
    passages = passages.with_row_index("row")
    bands = _shared_bands(passages)
    involved = passages.filter(pl.col("row").is_in(list(bands))).select("row", "passage_id", "text")
    texts = {row: (passage_id, text) for row, passage_id, text in involved.iter_rows()}
    kept: dict[tuple[int, int], list[int]] = defaultdict(list)  # the kept passages in each band
    found = []
    for row, (passage_id, text) in texts.items():
        near = sorted({other for band in bands[row] for other in kept[band]})
        same = next((other for other in near if _similar(text, texts[other][1])), None)
        if same is not None:
            found.append((passage_id, texts[same][0], "near-duplicate"))
            continue
        for band in bands[row]:
            kept[band].append(row)
    return pl.DataFrame(found, schema=DUPLICATES, orient="row")


def _shared_bands(passages: pl.DataFrame) -> Mapping[int, list[tuple[int, int]]]:
    """Return the bands of each passage that it shares with another one, as (band, group)."""
    shared: dict[int, list[tuple[int, int]]] = defaultdict(list)
    width = 4 * BAND_NUMBERS
    for band in range(BANDS):
        key = pl.col("signature").bin.slice(band * width, width)
        groups = passages.select("row", key.alias("key")).filter(pl.col("key").is_duplicated())
        first = groups.select("row", pl.first("row").over("key").alias("group"))
        for row, group in first.iter_rows():
            shared[row].append((band, group))
    return shared


def _similar(text: str, other: str) -> bool:
    grams, others = _cached_shingles(text), _cached_shingles(other)
    fewer, more = sorted((len(grams), len(others)))
    if fewer < THRESHOLD * more:  # then the similarity cannot reach it either
        return False
    shared = len(grams & others)
    return bool(more) and shared / (fewer + more - shared) >= THRESHOLD


@lru_cache(maxsize=2000)
def _cached_shingles(text: str) -> set[str]:
    return shingles(text)
