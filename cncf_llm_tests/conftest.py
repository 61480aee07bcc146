"""Fixtures that every test may use: a store and a Dagster instance in a temporary folder."""

import dagster as dg
import pytest

from cncf_llm.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data")


@pytest.fixture
def instance(tmp_path):
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.instance_for_test(temp_dir=str(home)) as instance:
        yield instance
