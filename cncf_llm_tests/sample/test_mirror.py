from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cncf_llm.ingest import read_repository
from cncf_llm.sample import prepare_mirror


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    for path, text in {
        "repositories/acme__tool/README.md": "# Tool",
        "repositories/acme__tool/.gitignore": "*.md",
        "repositories/acme__tool/docs/.hidden.md": "hidden",
        "repositories/acme__docs/a.md": "a",
        "websites/acme.example/index.html": "<p>Tool</p>",
    }.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def read(mirror: Path, tmp_path: Path, name: str):
    url = f"https://github.com/acme/{name}"
    return read_repository(url, project="tool", mirror=mirror, cache=tmp_path / "cache")


def test_the_mirror_is_read_like_any_other_and_does_not_pretend_to_be_github(sample, tmp_path):
    mirror = prepare_mirror(tmp_path, sample=sample)
    documents, _, facts = read(mirror, tmp_path, "tool")
    assert documents["path"].to_list() == ["README.md"]
    assert documents["url"].to_list() == [f"sample:acme__tool/README.md@{facts['commit']}"]
    assert facts["out_of_scope"] == 2  # hidden files are committed too, though ignored by git
    assert (mirror / "websites" / "acme.example" / "index.html").read_text() == "<p>Tool</p>"
    assert not (mirror / "stackexchange").exists()


def test_only_an_edited_folder_gets_another_commit(sample, tmp_path):
    def commits() -> list[object]:
        mirror = prepare_mirror(tmp_path, sample=sample)
        return [read(mirror, tmp_path, name).facts["commit"] for name in ("tool", "docs")]

    before = commits()
    assert commits() == before
    readme = sample / "repositories" / "acme__tool" / "README.md"
    readme.write_text("# Other")
    edited = commits()
    assert edited[0] != before[0]
    assert edited[1] == before[1]
    readme.write_text("# Tool")
    readme.chmod(0o755)
    assert commits() == before


def test_a_folder_that_left_the_sample_leaves_the_mirror(sample, tmp_path):
    assert (prepare_mirror(tmp_path, sample=sample) / "acme__docs.git").is_dir()
    (sample / "repositories" / "acme__docs" / "a.md").unlink()
    (sample / "repositories" / "acme__docs").rmdir()
    assert not (prepare_mirror(tmp_path, sample=sample) / "acme__docs.git").exists()


def test_several_at_once(sample, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        mirrors = list(pool.map(lambda _: prepare_mirror(tmp_path, sample=sample), range(4)))
    assert read(mirrors[0], tmp_path, "tool").documents.height == 1


def test_the_packaged_sample(tmp_path):
    mirror = prepare_mirror(tmp_path)
    bare = sorted(path.name for path in mirror.glob("*.git"))
    assert "helm__helm-www.git" in bare
    documents = read_repository(
        "https://github.com/helm/helm-www", project="helm", mirror=mirror, cache=tmp_path / "c"
    ).documents
    assert documents.height > 5
    assert all(url.startswith("sample:helm__helm-www/") for url in documents["url"])
