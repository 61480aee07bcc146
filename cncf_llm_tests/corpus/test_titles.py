import pytest

from cncf_llm.corpus.titles import title_from_path


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("docs/getting-started.md", "Getting started"),
        ("docs/op_guide/_index.md", "Op guide"),
        ("README.md", "README"),
        ("/docs/intro/?lang=en", "Intro"),
        ("v3.5/etcd-metrics-v3.1.txt", "Etcd metrics v3.1"),
        ("", "Untitled"),
    ],
)
def test_titles_from_file_names(path, title):
    assert title_from_path(path) == title
