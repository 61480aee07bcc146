"""Questions and answers that say the same in other words, found by MinHash and LSH."""

import zlib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import polars as pl

from cncf_llm.questions.curation.near_duplicates import SAME_WORDS, ask_the_same, jaccard
from cncf_llm.questions.curation.terms import agree_on_names, content_words

FEWEST_WORDS = 12  # content words of an answer; shorter ones are alike by chance
_PROPOSED = 0.6
_PERMUTATIONS = 64


@dataclass(frozen=True)
class Reworded:
    """Items by the MinHash of their questions and of their answers."""

    questions: Any
    answers: Any
    texts: dict[str, tuple[str, str]] = field(repr=False)

    def question(self, question: str) -> str | None:
        """Return the item that asks the same with the same names, or None."""
        return next(
            (
                item
                for item in sorted(self.questions.query(_sketch(question)))
                if ask_the_same(question, self.texts[item][0], SAME_WORDS)
            ),
            None,
        )

    def answer(self, answer: str) -> str | None:
        """Return the item that has this answer in nearly these words, with these names."""
        if len(content_words(answer)) < FEWEST_WORDS:
            return None
        return next(
            (
                item
                for item in sorted(self.answers.query(_sketch(answer)))
                if _same_answer(answer, self.texts[item][1])
            ),
            None,
        )


def reworded(items: pl.DataFrame) -> Reworded:
    """Index items: rows with `item_id`, `question` and `answer`."""
    from datasketch import MinHashLSH

    questions: Any = MinHashLSH(threshold=_PROPOSED, num_perm=_PERMUTATIONS)
    answers: Any = MinHashLSH(threshold=_PROPOSED, num_perm=_PERMUTATIONS)
    texts = {}
    for item_id, question, answer in items.select("item_id", "question", "answer").iter_rows():
        texts[item_id] = question, answer
        questions.insert(item_id, _sketch(question))
        if len(content_words(answer)) >= FEWEST_WORDS:
            answers.insert(item_id, _sketch(answer))
    return Reworded(questions, answers, texts)


def _same_answer(answer: str, other: str) -> bool:
    said, said_too = set(content_words(answer)), set(content_words(other))
    return jaccard(said, said_too) >= SAME_WORDS and agree_on_names(answer, other)


@lru_cache(maxsize=2000)  # the phrasings of a fact have one answer
def _sketch(text: str) -> Any:
    sketch = _empty().copy()
    sketch.update_batch([word.encode() for word in sorted(set(content_words(text)))] or [b""])
    return sketch


@cache
def _empty() -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, seed=1, hashfunc=zlib.crc32)
