"""Duplicate passages within a project: exact ones by hash, near ones by MinHash and LSH.

Broder (1997), https://doi.org/10.1109/SEQUEN.1997.666900, for MinHash, whose signatures datasketch
computes, once for each passage. Those equal in a band of their signatures are proposed as pairs
(LSH), and the exact Jaccard similarity of their word 5-grams decides.

Templated reference pages differ in few words and must not collapse into one another. So a passage
takes part in the near search only when it has `NEAR_WORDS` words of prose, and is never compared by
way of a third one. Passages of different places (pages, or sections of one) must also be similar
in what is their own (`boilerplate`), and their places must not be of one template: a series alike
but for numbers, or each named in its passage where the other is not. Versions of one section are
spared these tests.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from cncf_llm.corpus.boilerplate import own_text
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
_NUMBER = re.compile(r"\d+")


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
    sketch.update_batch([shingle.encode() for shingle in shingles(text)])
    return sketch.hashvalues.astype("<u4").tobytes()


@cache
def _empty_sketch() -> "MinHash":
    """Drawing the permutations takes longer than signing a passage, so it is done once."""
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=zlib.crc32)


def shingles(text: str) -> set[str]:
    """Return the runs of `SHINGLE` words in a text, in lower case and without punctuation."""
    words = _words(text)
    return {" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def find_duplicates(passages: pl.DataFrame) -> pl.DataFrame:
    """Return the passages to drop: rows of `DUPLICATES`, each with the passage that is kept.

    `passages` are all of a project, in the order of `keep_order`, with the columns `passage_id`,
    `equal` (`equal_key`), `text`, `signature` (`signature_of`) and `place` (page and headings,
    the same in all versions of the page: `page_of`).
    """
    first = passages.with_columns(pl.first("passage_id").over("equal").alias("kept_id"))
    is_first = pl.col("passage_id") == pl.col("kept_id")
    exact = first.filter(~is_first).select(
        "passage_id", "kept_id", pl.lit("exact-duplicate").alias("reason")
    )
    near = _near_duplicates(passages, first.filter(is_first, pl.col("signature").is_not_null()))
    return pl.concat([exact, near])


@dataclass(frozen=True)
class _Candidate:
    passage_id: str
    text: str
    place: str
    own: str  # its text without boilerplate


def _near_duplicates(every: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Compare each passage with the earlier ones that were kept and share a band with it."""
    passages = passages.with_row_index("row")
    bands = _shared_bands(passages)
    involved = passages.filter(pl.col("row").is_in(list(bands)))
    own = own_text(every, involved["passage_id"])
    candidates = {
        row: _Candidate(passage_id, text, place, own.get(passage_id, ""))
        for row, passage_id, text, place in involved.select(
            "row", "passage_id", "text", "place"
        ).iter_rows()
    }
    kept: dict[tuple[int, int], list[int]] = defaultdict(list)  # the kept passages in each band
    found = []
    for row, candidate in candidates.items():
        near = sorted({other for band in bands[row] for other in kept[band]})
        same = next((other for other in near if _is_copy(candidate, candidates[other])), None)
        if same is not None:
            found.append((candidate.passage_id, candidates[same].passage_id, "near-duplicate"))
            continue
        for band in bands[row]:
            kept[band].append(row)
    return pl.DataFrame(found, schema=DUPLICATES, orient="row")


def _is_copy(one: _Candidate, other: _Candidate) -> bool:
    """Judge whether two passages say the same, of the same thing."""
    if not _similar(one.text, other.text):
        return False
    if one.place == other.place:  # versions of one section
        return True
    return _similar(one.own, other.own) and not _are_apart(one, other)


def _are_apart(one: _Candidate, other: _Candidate) -> bool:
    """Judge whether two places are of one template: each about its own thing.

    They are a series, alike but for numbers (release notes, yearly reports); or one passage names
    its own place by a word that the other does not have.
    """
    if _NUMBER.sub("#", one.place) == _NUMBER.sub("#", other.place):
        return True
    words, others = set(_words(one.text)), set(_words(other.text))
    place, place_of_other = set(_words(one.place)), set(_words(other.place))
    return bool((words - others) & (place - place_of_other)) or bool(
        (others - words) & (place_of_other - place)
    )


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
