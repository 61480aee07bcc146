import pytest

from cncf_llm.ingest import NoSourceError, OfflineError, read_repositories

TOOL = "https://github.com/acme/tool"
DOCS = "https://github.com/acme/docs"


def read(mirror, cache, urls=(TOOL, DOCS), previous=None):
    return read_repositories("tool", urls, mirror=mirror, cache=cache, previous=previous)


def test_a_repository_that_is_not_there_is_a_drop_and_the_other_is_read(
    new_repository, mirror, cache
):
    docs = new_repository("docs")
    docs.commit({"b.md": "b", "a.md": "a"})
    docs.bundle(mirror / "acme__docs.bundle")
    documents, drops, facts = read(mirror, cache, (TOOL, DOCS, f"{DOCS}.git", "file:///etc/x"))
    assert documents["path"].to_list() == ["a.md", "b.md"]
    assert drops.select("project", "item", "reason").rows() == [
        ("tool", TOOL, "not-in-mirror"),
        ("tool", "file:///etc/x", "refused-url"),
    ]
    assert facts["added"] == 2
    assert [fact["repository"] for fact in facts["repositories"]] == ["acme/docs"]


def test_no_repository_at_all_is_an_error_that_names_each_and_the_way_out(mirror, cache):
    (mirror / "acme__docs.bundle").write_bytes(b"damaged")
    with pytest.raises(NoSourceError) as caught:
        read(mirror, cache)
    message = str(caught.value)
    for part in ("tool", f"{TOOL} (not-in-mirror", f"{DOCS} (damaged-bundle", "CNCF_LLM_MIRROR"):
        assert part in message
    with pytest.raises(NoSourceError, match="tool has no repository"):
        read(mirror, cache, ())


def test_offline_names_who_tried(cache):
    with pytest.raises(OfflineError, match=r"repositories of tool.*CNCF_LLM_MIRROR"):
        read_repositories("tool", [TOOL], mirror=None, cache=cache, offline=True)


def test_documents_of_a_repository_that_broke_are_kept_those_of_one_that_left_are_not(
    new_repository, mirror, cache
):
    for name in ("tool", "docs"):
        made = new_repository(name)
        made.commit({f"{name}.md": name})
        made.bundle(mirror / f"acme__{name}.bundle")
    before = read(mirror, cache).documents
    (mirror / "acme__tool.bundle").write_bytes(b"damaged")
    broken = read(mirror, cache, previous=before)
    assert broken.documents.equals(before)
    assert broken.drops["detail"][0].endswith("1 documents of an earlier reading are kept")
    assert broken.facts["removed"] == 0
    (mirror / "acme__tool.bundle").unlink()
    left = read(mirror, cache, previous=before)
    assert left.documents["path"].to_list() == ["docs.md"]
    assert left.facts["removed"] == 1
