"""Pairs that ask and answer the same in other words, though they come from different facts.

The phrasings of one fact are wanted, so facts are compared, each by its first phrasing. MinHash
(Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900) proposes, exact similarity decides:
questions ask for the same when they have nearly the same content words and the very same names.
"""

import zlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from cncf_llm.questions.curation.terms import agree_on_names, content_words
from cncf_llm.questions.words import ngrams, words

SAME_QUESTION = 0.9  # Jaccard similarity of the questions' content words
SAME_WORDS = 0.8  # Jaccard similarity of the answers' content words
SAME_ORDER = 0.5  # Jaccard similarity of the answers' word trigrams
_PROPOSED = 0.5  # estimated similarity of question and answer together
_PERMUTATIONS = 64


def signature_of(question: str, answer: str) -> bytes:
    """Return the MinHash of a pair's content words: 64 little-endian 32-bit numbers."""
    sketch = _empty().copy()
    asked = {f"q {word}" for word in content_words(question)}
    said = {f"a {word}" for word in content_words(answer)}
    sketch.update_batch([each.encode() for each in sorted(asked | said)] or [b""])
    return sketch.hashvalues.astype("<u4").tobytes()


def near_duplicates(pairs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return fact ids to drop, each with the fact that says the same and is kept.

    `pairs` are the first phrasings of facts, with `signature`; the earlier one is kept.
    """
    import numpy as np
    from datasketch import MinHashLSH

    known: MinHashLSH = MinHashLSH(threshold=_PROPOSED, num_perm=_PERMUTATIONS)
    kept: dict[str, Mapping[str, Any]] = {}
    found = {}
    for pair in pairs:
        sketch = _empty().copy()
        values = np.frombuffer(pair["signature"], dtype="<u4")
        sketch.hashvalues = values.astype(sketch.hashvalues.dtype)
        same = next(
            (one for one in sorted(map(str, known.query(sketch))) if is_same(kept[one], pair)), None
        )
        if same is not None:
            found[pair["fact_id"]] = same
            continue
        kept[pair["fact_id"]] = pair
        known.insert(pair["fact_id"], sketch)
    return found


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two pairs ask for and answer the same."""
    if not ask_the_same(one["question"], other["question"], SAME_QUESTION):
        return False
    answer, answer_too = one["answer"], other["answer"]
    return (
        agree_on_names(answer, answer_too)
        and jaccard(set(content_words(answer)), set(content_words(answer_too))) >= SAME_WORDS
        and jaccard(ngrams(words(answer), 3), ngrams(words(answer_too), 3)) >= SAME_ORDER
    )


def ask_the_same(question: str, other: str, least: float) -> bool:
    """Tell whether two questions have the same names and `least` of their content words."""
    if not agree_on_names(question, other):
        return False
    asked, asked_too = set(content_words(question)), set(content_words(other))
    return jaccard(asked, asked_too) >= least


def jaccard(one: AbstractSet[Any], other: AbstractSet[Any]) -> float:
    """Return the Jaccard similarity (0..1) of two sets; two empty ones are the same."""
    return len(one & other) / len(one | other) if one | other else 1.0


@cache
def _empty() -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=1, hashfunc=zlib.crc32)
