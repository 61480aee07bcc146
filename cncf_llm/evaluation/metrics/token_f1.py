"""Token F1 of an answer, as SQuAD defines it (Rajpurkar et al. 2016, arXiv:1606.05250)."""

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def token_f1(prediction: str, reference: str) -> float:
    """Return the F1 of the words that both texts share, 0..100.

    Words are compared as in SQuAD's evaluation: lower case, without punctuation and articles, each
    counted as often as it occurs. Raises `ValueError` when nothing of the reference is left.
    """
    expected = _words(reference)
    if not expected:
        raise ValueError(f"token F1 needs a reference with words in it, not {reference!r}")
    given = _words(prediction)
    shared = sum((Counter(given) & Counter(expected)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(given), shared / len(expected)
    return 100.0 * 2 * precision * recall / (precision + recall)


def _words(text: str) -> list[str]:
    bare = text.lower().translate(_NO_PUNCTUATION)
    # An answer of punctuation or articles alone (such as a flag's value `"a"`) is taken as it is.
    return _ARTICLES.sub(" ", bare).split() or text.lower().split()
