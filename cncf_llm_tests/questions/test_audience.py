import pytest

from cncf_llm.questions.audience import is_for_users


@pytest.mark.parametrize(
    "path", ["docs/guide.md", "docs/security.md", "README.md", "docs/releases.md"]
)
def test_documentation_is_for_users(path):
    assert is_for_users(path)


@pytest.mark.parametrize(
    "path", ["CHANGELOG.md", "SECURITY.md", "blog/2020/hello.md", "docs/Proposals/x.md"]
)
def test_the_making_of_a_software_is_not(path):
    assert not is_for_users(path)
