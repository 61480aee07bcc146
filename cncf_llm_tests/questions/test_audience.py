import pytest

from cncf_llm.questions.audience import is_for_users, is_release_notes


@pytest.mark.parametrize(
    "path", ["docs/guide.md", "docs/security.md", "README.md", "docs/releases.md"]
)
def test_documentation_is_for_users(path):
    assert is_for_users(path)


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "SECURITY.md",
        "blog/2020/hello.md",
        "docs/Proposals/x.md",
        "src/docs/x.md",
        "part/CHANGELOG.md",
    ],
)
def test_the_making_of_a_software_is_not(path):
    assert not is_for_users(path)


def test_a_repository_of_the_community_is_not():
    assert not is_for_users("docs/guide.md", "prometheus/community")
    assert not is_for_users("README.md", "prometheus/prometheus.io")


@pytest.mark.parametrize(
    "path", ["CHANGELOG.md", "docs/releases/v1.2.md", "CHANGELOG/1.2-CHANGELOG.md", "notes/1.2.md"]
)
def test_what_lists_the_changes_of_the_whole_project(path):
    assert is_release_notes(path)
    assert not is_for_users(path)


@pytest.mark.parametrize("path", ["part/CHANGELOG.md", "docs/guide.md", "docs/releases.md"])
def test_what_lists_the_changes_of_a_part_or_none(path):
    assert not is_release_notes(path)
