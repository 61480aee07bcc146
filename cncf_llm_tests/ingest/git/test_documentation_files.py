import pytest

from cncf_llm.ingest.git.documentation_files import documentation_type, is_licence_file


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("README.md", "text/markdown"),
        ("docs/page.MDX", "text/mdx"),
        ("docs/page.rst", "text/x-rst"),
        ("a.adoc", "text/asciidoc"),
        ("docs/notes.txt", "text/plain"),
        ("README.txt", "text/plain"),
        ("static/page.html", "text/html"),
        ("papers/white paper.pdf", "application/pdf"),
        ("examples/pod.yaml", "application/yaml"),
        ("charts/x/values.schema.json", "application/schema+json"),
        ("api/openapi-spec/v3.json", "application/schema+json"),
    ],
)
def test_documentation(path, media_type):
    assert documentation_type(path) == media_type


@pytest.mark.parametrize(
    "path",
    [
        "main.go",
        "requirements.txt",
        "src/data.txt",
        "package.json",
        ".github/ISSUE_TEMPLATE.md",
        "vendor/x/README.md",
        "web/node_modules/x/README.md",
        "pkg/testdata/a.yaml",
        "layouts/index.html",
        "LICENSE.md",
        "md",
    ],
)
def test_not_documentation(path):
    assert documentation_type(path) is None


def test_licence_files():
    for path in ("LICENSE", "docs/LICENCE.txt", "COPYING", "LICENSE-MIT", "license.md"):
        assert is_licence_file(path)
    for path in ("licensing.md", "docs/licenses/index.md", "NOTICE"):
        assert not is_licence_file(path)
