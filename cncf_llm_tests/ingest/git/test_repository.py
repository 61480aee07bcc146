"""Reading the files of one repository, from real repositories and bundles."""

import os
from pathlib import Path

import pytest

from cncf_llm.ingest import (
    DOCUMENTS,
    MirrorError,
    OfflineError,
    RepositoryLimits,
    UnreadableSourceError,
    read_repository,
)
from cncf_llm.ingest.git import repository
from cncf_llm.store import count_reasons

URL = "https://github.com/acme/tool"
BUNDLES = Path(__file__).parents[3].parent / "shared" / "corpus" / "repos"


def read(mirror, cache, previous=None, url=URL, **more):
    return read_repository(
        url, project="tool", mirror=mirror, cache=cache, previous=previous, **more
    )


@pytest.mark.parametrize("form", ["bundle", "bare.git", "bare", "work tree"])
def test_each_form_of_mirror_gives_the_same_documents(new_repository, mirror, cache, form):
    tool = new_repository("tool")
    commit = tool.commit(
        {
            "README.md": "# Tool\n",
            "docs/a b.md": "text",
            "main.go": "package main",
            "LICENSE": "Apache License\nVersion 2.0",
        }
    )
    if form == "bundle":
        tool.bundle(mirror / "acme__tool.bundle")
    elif form == "bare.git":
        tool.bare(mirror / "acme__tool.git")
    elif form == "bare":
        tool.bare(mirror / "acme__tool")
    else:
        tool.folder.rename(mirror / "acme__tool")
    documents, drops, facts = read(mirror, cache)
    assert documents.schema == DOCUMENTS.schema
    assert documents["path"].to_list() == ["README.md", "docs/a b.md"]
    assert documents["revision"].unique().to_list() == [commit]
    assert documents["url"][1] == f"https://github.com/acme/tool/blob/{commit}/docs/a%20b.md"
    assert documents["content"].to_list() == [b"# Tool\n", b"text"]
    assert documents["licence"].to_list() == ["Apache-2.0", "Apache-2.0"]
    assert documents["licence_source"].unique().to_list() == ["LICENSE"]
    assert drops.is_empty()
    assert (facts["added"], facts["out_of_scope"]) == (2, 2)


def test_only_changed_documents_are_read_again(new_repository, mirror, cache, monkeypatch):
    tool = new_repository("tool")
    first = tool.commit({"same.md": "same", "edited.md": "old", "gone.md": "gone"})
    tool.bundle(mirror / "acme__tool.bundle")
    before = read(mirror, cache).documents

    (tool.folder / "gone.md").unlink()
    second = tool.commit({"edited.md": "new", "added.md": "added"})
    tool.bundle(mirror / "acme__tool.bundle")
    asked_for: list[str] = []
    real = repository.read_blobs

    def watched(git_dir, oids, **more):
        asked_for.extend(oids)
        return real(git_dir, oids, **more)

    monkeypatch.setattr(repository, "read_blobs", watched)
    after = read(mirror, cache, previous=before)
    assert {key: after.facts[key] for key in ("added", "changed", "removed", "unchanged")} == {
        "added": 1,
        "changed": 1,
        "removed": 1,
        "unchanged": 1,
    }
    assert len(asked_for) == 2
    revision = dict(zip(after.documents["path"], after.documents["revision"], strict=True))
    assert revision == {"added.md": second, "edited.md": second, "same.md": first}
    same = after.documents.filter(after.documents["path"] == "same.md")
    assert same.equals(before.filter(before["path"] == "same.md"))
    ids = dict(zip(before["path"], before["document_id"], strict=True))
    assert ids["edited.md"] in after.documents["document_id"].to_list()


def test_a_new_licence_reaches_documents_that_did_not_change(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    tool.bundle(mirror / "acme__tool.bundle")
    before = read(mirror, cache).documents
    assert before["licence"].to_list() == ["unknown"]
    tool.commit({"LICENSE": "Mozilla Public License Version 2.0"})
    tool.bundle(mirror / "acme__tool.bundle")
    after = read(mirror, cache, previous=before).documents
    assert after["licence"].to_list() == ["MPL-2.0"]
    assert after["revision"].to_list() == before["revision"].to_list()


def test_files_that_cannot_be_used_are_dropped_with_a_reason(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit(
        {
            "good.md": "good",
            "empty.md": "",
            "large.md": "x" * 2001,
            "lfs.pdf": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            "line\nbreak.md": "x",
            "schema.json": '{"$schema": "https://json-schema.org/draft/2020-12/schema"}',
            "other-schema.json": '{"a": 1}',
            "broken-schema.json": "{" * 5000,
        }
    )
    os.symlink("/etc/passwd", tool.folder / "link.md")
    os.symlink("good.md", tool.folder / "link.go")
    Path(os.fsdecode(os.fsencode(tool.folder) + b"/latin\xe9.md")).write_bytes(b"x")
    tool.git("add", "--all")
    tool.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},themes/docsy")
    tool.git("commit", "--quiet", "-m", "odd files")
    tool.bundle(mirror / "acme__tool.bundle")
    documents, drops, facts = read(mirror, cache, limits=RepositoryLimits(file_bytes=2000))
    assert documents["path"].to_list() == ["good.md", "schema.json"]
    assert dict(zip(drops["item"], drops["reason"], strict=True)) == {
        "acme/tool/broken-schema.json": "too-large",
        "acme/tool/empty.md": "empty-file",
        "acme/tool/large.md": "too-large",
        "acme/tool/latin\\xe9.md": "invalid-path",
        "acme/tool/lfs.pdf": "lfs-pointer",
        "acme/tool/line\\nbreak.md": "invalid-path",
        "acme/tool/link.md": "symlink",
        "acme/tool/other-schema.json": "not-a-schema",
        "acme/tool/themes/docsy": "submodule",
    }
    assert facts["out_of_scope"] == 1


def test_limits_on_number_and_sum(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({f"{n}.md": "x" * 100 for n in range(5)})
    tool.bundle(mirror / "acme__tool.bundle")
    few = read(mirror, cache, limits=RepositoryLimits(files=3))
    assert count_reasons(few.drops) == {"too-many-files": 2}
    small = read(mirror, cache, limits=RepositoryLimits(total_bytes=250))
    assert count_reasons(small.drops) == {"over-total-limit": 3}


def test_file_header_wins_over_the_licence_file(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit(
        {"LICENSE": "Apache License Version 2.0", "a.yaml": b"# SPDX-License-Identifier: MIT\n"}
    )
    tool.bundle(mirror / "acme__tool.bundle")
    row = read(mirror, cache).documents.to_dicts()[0]
    assert (row["licence"], row["licence_source"]) == ("MIT", "a.yaml")


def test_licences_beside_a_file_and_in_the_readme(new_repository, mirror, cache):
    tool = new_repository("tool")
    commit = tool.commit(
        {
            "LICENSE": "Apache License Version 2.0",
            "README.md": "Documentation is distributed under CC BY 4.0.",
            "paper.pdf": "%PDF",
            "paper.pdf.license": "SPDX-License-Identifier: CC0-1.0\n",
            "made-up.md": "<!-- SPDX-License-Identifier: Do-What-You-Like -->",
            "pod.yaml": "kind: Pod",
        }
    )
    tool.bundle(mirror / "acme__tool.bundle")
    documents = read(mirror, cache).documents
    found = {
        row["path"]: (row["licence"], row["licence_source"], row["attribution"])
        for row in documents.to_dicts()
    }
    readme = f"https://github.com/acme/tool/blob/{commit}/README.md"
    assert found == {
        "README.md": ("CC-BY-4.0", "README.md", f"acme/tool contributors, {readme}, CC-BY-4.0"),
        "made-up.md": ("unknown", "made-up.md", None),
        "paper.pdf": ("CC0-1.0", "paper.pdf.license", None),
        "pod.yaml": ("Apache-2.0", "LICENSE", None),
    }


def test_a_mirror_may_say_where_its_permalinks_lead(new_repository, mirror, cache):
    tool = new_repository("tool")
    commit = tool.commit({"a.md": "a"})
    bare = tool.bare(mirror / "acme__tool.git")
    with (bare / "config").open("a") as config:
        config.write('[cncf-llm]\n\tpermalink = "sample:acme__tool/{path}@{commit}"\n')
    assert read(mirror, cache).documents["url"].to_list() == [f"sample:acme__tool/a.md@{commit}"]


def reason_of(mirror, cache, **more) -> str:
    with pytest.raises(UnreadableSourceError) as caught:
        read(mirror, cache, **more)
    return caught.value.reason


def test_a_damaged_bundle_leaves_the_cache_as_it_was(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "first"})
    bundle = tool.bundle(mirror / "acme__tool.bundle")
    whole = bundle.read_bytes()
    first = read(mirror, cache).documents

    tool.commit({"a.md": os.urandom(20_000)})
    second = tool.bundle(mirror / "acme__tool.bundle").read_bytes()
    for damaged in (second[:-9000], second[:40], b"", b"\x00" * 5000):
        bundle.write_bytes(damaged)
        assert reason_of(mirror, cache) == "damaged-bundle"
    assert not list(cache.rglob("draft*"))
    bundle.write_bytes(whole)
    assert read(mirror, cache).documents.equals(first)
    bundle.write_bytes(second)
    assert read(mirror, cache).documents["content"][0] != b"first"


def test_what_a_killed_fetch_left_behind_does_not_matter(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    tool.bundle(mirror / "acme__tool.bundle")
    left = cache / "bundles" / "acme__tool" / "draft" / "objects"
    left.mkdir(parents=True)
    (left / "tmp_pack").write_bytes(b"half")
    assert read(mirror, cache).documents.height == 1
    assert not list(cache.rglob("draft*"))


def test_a_damaged_cache_is_fetched_anew_by_the_next_reading(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    tool.bundle(mirror / "acme__tool.bundle")
    read(mirror, cache)
    for pack in cache.rglob("objects/*/*"):
        pack.unlink()
    assert reason_of(mirror, cache) == "damaged-repository"
    assert read(mirror, cache).documents.height == 1


def test_reasons_why_a_mirror_cannot_give_a_repository(new_repository, mirror, cache):
    assert reason_of(mirror, cache) == "not-in-mirror"
    tool = new_repository("tool")
    base = tool.commit({"a.md": "a"})
    tool.commit({"a.md": "b"})
    tool.bundle(mirror / "acme__tool.bundle", f"{base}..trunk")
    assert reason_of(mirror, cache) == "incomplete-bundle"
    tool.git("branch", "other")
    tool.bundle(mirror / "acme__tool.bundle", "trunk", "other")
    assert reason_of(mirror, cache) == "no-default-branch"
    tool.bundle(mirror / "acme__tool.bundle", "trunk")
    assert read(mirror, cache).documents.height == 1
    (mirror / "acme__tool.bundle").unlink()
    (mirror / "acme__tool.git").mkdir()
    assert reason_of(mirror, cache) == "damaged-repository"
    for url in ("ext::sh -c 'touch x'", "--upload-pack=x", "file:///etc"):
        assert reason_of(mirror, cache, url=url) == "refused-url"
    with pytest.raises(MirrorError, match="is not a folder"):
        read(mirror / "none", cache)


def test_offline_without_a_mirror_is_an_error_that_names_the_address(cache):
    with pytest.raises(OfflineError, match=URL):
        read(None, cache, offline=True)


@pytest.mark.skipif(not BUNDLES.exists(), reason="the real bundles are not at hand")
def test_a_real_bundle(cache):
    reading = read(BUNDLES, cache, url="https://github.com/etcd-io/website")
    assert reading.facts["licence"] == "CC-BY-4.0"
    assert reading.documents.height > 700
    again = read(BUNDLES, cache, reading.documents, url="https://github.com/etcd-io/website")
    assert again.documents.equals(reading.documents)
    assert again.facts["unchanged"] == reading.documents.height
