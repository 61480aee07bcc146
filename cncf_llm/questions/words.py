"""Texts as words: for comparing them, and for counting their length."""

import re

_WORD = re.compile(r"\w+", re.UNICODE)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; marks and punctuation separate words."""
    return _WORD.findall(text.lower())


def normalised(text: str) -> str:
    """Return what stays of a text when case, marks, punctuation and spacing are ignored."""
    return " ".join(words(text))


def ngrams(tokens: list[str], n: int) -> set[tuple[str, ...]]:
    """Return all runs of `n` words; one run of all words when there are fewer."""
    if not tokens:
        return set()
    n = min(n, len(tokens))
    return {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}


def overlap(a: str, b: str, n: int = 3) -> float:
    """Return the Jaccard similarity (0..1) of the word n-grams of two texts."""
    left, right = ngrams(words(a), n), ngrams(words(b), n)
    union = left | right
    return len(left & right) / len(union) if union else 0.0


def word_set(text: str) -> frozenset[str]:
    """Return the members of a set written as words with spaces between them."""
    return frozenset(text.split())
