import pytest

from cncf_llm_tests.store.conftest import s3, s3_server
from cncf_llm_tests.training import tiny

__all__ = ["s3", "s3_server", "tiny_model"]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("tiny"))
