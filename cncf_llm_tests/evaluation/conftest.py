import pytest

from cncf_llm_tests.training import tiny


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("tiny"))
