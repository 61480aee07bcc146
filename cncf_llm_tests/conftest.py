"""What every test may use: a store and a Dagster instance in a temporary folder; their order."""

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


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that no worker is left with one at the end."""
    first = ("test_end_to_end.py", "test_kill.py", "test_node.py")
    items.sort(key=lambda item: not item.path.name.startswith(first))
