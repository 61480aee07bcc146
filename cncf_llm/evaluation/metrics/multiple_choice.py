"""Multiple choice by likelihood: does the model find the right answer the most likely one?"""

from collections.abc import Sequence


def chooses_right(right: float, wrong: Sequence[float]) -> bool:
    """Return whether the right answer has the lowest mean negative log-likelihood per token.

    The mean over tokens normalises for length (Brown et al. 2020, arXiv:2005.14165, section 2.4):
    a sum would favour short answers. A tie is no choice. Raises `ValueError` when there is no wrong
    answer or a value is no number.
    """
    if not wrong:
        raise ValueError("multiple choice needs a wrong answer beside the right one")
    values = [right, *wrong]
    if any(value != value for value in values):
        raise ValueError(f"an answer has no likelihood: {values}")
    return right < min(wrong)
