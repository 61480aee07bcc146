import pytest

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.name import permalink, repository_name


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://github.com/helm/helm-www", "helm/helm-www"),
        ("https://github.com/coredns/coredns.io/", "coredns/coredns.io"),
        ("https://github.com/helm/helm.git", "helm/helm"),
        ("https://github.com/cncf/.github", "cncf/.github"),
        ("https://gitlab.com/a/b", "gitlab.com/a/b"),
    ],
)
def test_label(url, label):
    assert repository_name(url).label == label


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-oProxyCommand=true",
        "--upload-pack=touch /tmp/x",
        "ext::sh -c true",
        "file:///etc",
        "/etc/passwd",
        "http://github.com/a/b",
        "ssh://git@github.com/a/b",
        "git@github.com:a/b",
        "https://github.com/a",
        "https://github.com/a/b/tree/main",
        "https://user:secret@github.com/a/b",
        "https://github.com:8443/a/b",
        "https://github.com/a/..",
        "https://github.com/../b",
        "https://github.com/-a/b",
        "https://github.com/a/-b",
        "https://-x/a/b",
        "https://github.com/a/b?x=1",
        "https://github.com/a/b\n",
        "https://github.com/a/b c",
    ],
)
def test_anything_but_host_owner_name_is_refused(url):
    with pytest.raises(UnreadableSourceError) as caught:
        repository_name(url)
    assert caught.value.reason == "refused-url"


def test_permalink_quotes_the_path_and_follows_the_mirrors_template():
    helm = repository_name("https://github.com/helm/helm-www")
    assert (
        permalink(helm, "abc", "docs/a b#c.md", None)
        == "https://github.com/helm/helm-www/blob/abc/docs/a%20b%23c.md"
    )
    template = "sample:helm__helm-www/{path}@{commit}"
    assert permalink(helm, "abc", "docs/a.md", template) == "sample:helm__helm-www/docs/a.md@abc"
    assert permalink(repository_name("https://example.org/a/b"), "abc", "x.md", None) is None
