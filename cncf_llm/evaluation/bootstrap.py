"""Confidence intervals by resampling the items."""

from collections.abc import Sequence

RESAMPLES = 1000


def bootstrap_mean(
    values: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES, share: float = 0.95
) -> tuple[float, float, float]:
    """Return the mean and the ends of its percentile bootstrap interval.

    Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3. The interval speaks
    of which items were drawn, not of training anew with another seed. Raises `ValueError` when
    there are no values or one is no number.
    """
    import numpy as np

    if not len(values):
        raise ValueError("a mean needs at least one value")
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("a value is not a finite number")
    draws = np.random.default_rng(seed).integers(len(array), size=(resamples, len(array)))
    means = array[draws].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(array.mean()), float(low), float(high)
