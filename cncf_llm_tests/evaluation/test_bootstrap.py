import math

import pytest

from cncf_llm.evaluation import bootstrap_mean


def test_interval_of_equal_values_is_a_point():
    assert bootstrap_mean([2.0] * 10) == (2.0, 2.0, 2.0)
    assert bootstrap_mean([3.0]) == (3.0, 3.0, 3.0)


def test_interval_is_that_of_the_normal_distribution_for_many_items():
    values = [0.0, 1.0] * 500
    mean, low, high = bootstrap_mean(values)
    error = 1.96 * math.sqrt(0.25 / 1000)
    assert mean == 0.5
    assert low == pytest.approx(0.5 - error, abs=0.005)
    assert high == pytest.approx(0.5 + error, abs=0.005)


def test_same_seed_same_interval():
    values = [0.1 * i for i in range(30)]
    assert bootstrap_mean(values, seed=1) == bootstrap_mean(values, seed=1)
    assert bootstrap_mean(values, seed=1) != bootstrap_mean(values, seed=2)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_what_has_no_mean_is_refused(values):
    with pytest.raises(ValueError, match="value"):
        bootstrap_mean(values)
