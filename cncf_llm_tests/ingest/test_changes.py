"""Which sources moved: plain data, and real repositories and mirrors."""

import os

import pytest

from cncf_llm.ingest import (
    REPOSITORY,
    STACKOVERFLOW,
    WEBSITE,
    Move,
    Source,
    UnreadableSourceError,
    explain,
    moves,
    moves_digest,
    read_repositories,
    read_stackoverflow,
    read_website,
    source_state,
    sources_of,
)

URL = "https://github.com/acme/tool"
ROW = {
    "repositories": [URL, "ext::sh", "https://gitlab.com/acme/docs"],
    "homepage": "https://www.tool.example/",
    "documentation": ["https://tool.example/docs/", "https://docs.tool.example", "file:///x"],
    "stackoverflow_tags": ["tool"],
}


def test_the_sources_of_a_project_and_whom_a_check_asks():
    pages = ("https://www.tool.example/", "https://tool.example/docs/")
    assert sources_of(ROW) == [
        Source(REPOSITORY, URL, "github.com"),
        Source(REPOSITORY, "https://gitlab.com/acme/docs", "gitlab.com"),
        Source(WEBSITE, "tool.example", "tool.example", pages),
        Source(WEBSITE, "docs.tool.example", "docs.tool.example", ("https://docs.tool.example",)),
        Source(STACKOVERFLOW, "tool", "api.stackexchange.com"),
    ]


def test_what_moved_and_why_in_words():
    sources = sources_of(ROW)
    same, other, site, docs, tag = sources
    states = {same: "aaaaaaaaa", other: "ccccccccc", site: "y", tag: "8"}
    seen = {
        REPOSITORY: {URL: "aaaaaaaaa", other.name: "bbbbbbbbb", "https://github.com/acme/old": "d"},
        WEBSITE: {site.name: "x", docs.name: "z"},  # docs could not be checked now
        STACKOVERFLOW: {},
    }
    found = moves(sources, states, seen)
    assert list(map(str, found)) == [
        "acme/old is no longer a source",
        "gitlab.com/acme/docs moved from bbbbbbb to ccccccc",
        "the tag [tool] was never read",
        "the website tool.example changed",
    ]
    assert explain(found).endswith("the tag [tool] was never read; and 1 more")
    assert moves_digest(found) == moves_digest(found[::-1])
    assert moves_digest(found) != moves_digest(found[1:])
    assert moves(sources, {same: "aaaaaaaaa"}, {REPOSITORY: {URL: "aaaaaaaaa"}}) == []
    assert str(Move(STACKOVERFLOW, "tool", "1", "2")) == "the tag [tool] has something new"


def test_a_repository_is_moved_until_it_was_read(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({"LICENSE": "MIT", "a.md": "a"})
    bare = tool.bare(mirror / "acme__tool.git")
    (source, *_) = sources_of(ROW)
    reading = read_repositories("tool", [URL], mirror=mirror, cache=cache)
    assert source_state(source, None, mirror=mirror) == reading.facts["seen"][URL]
    commit = tool.commit({"a.md": "b"})
    tool.git("push", "--quiet", str(bare), "trunk")
    assert source_state(source, None, mirror=mirror) == commit
    assert read_repositories("tool", [URL], mirror=mirror, cache=cache).facts["seen"][URL] == commit
    with pytest.raises(UnreadableSourceError, match="not-in-mirror"):
        source_state(sources_of(ROW)[1], None, mirror=mirror)


def test_a_mirrored_site_and_tag_change_with_their_files(mirror):
    page = mirror / "websites" / "tool.example" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>one</p>")
    tag = mirror / "stackexchange" / "tool.jsonl"
    tag.parent.mkdir()
    tag.write_text("")
    for source, file in ((sources_of(ROW)[2], page), (sources_of(ROW)[4], tag)):
        before = source_state(source, None, mirror=mirror)
        assert source_state(source, before, mirror=mirror) == before
        os.utime(file, (1, 1))
        dated = source_state(source, before, mirror=mirror)
        assert dated != before
        file.write_text("two")
        os.utime(file, (1, 1))
        assert source_state(source, before, mirror=mirror) != dated
    (page.parent / "more.html").write_text("more")
    website, threads = sources_of(ROW)[2], sources_of(ROW)[4]
    reading = read_website("tool", website.urls, mirror=mirror)
    assert reading.facts["seen"] == {"tool.example": source_state(website, None, mirror=mirror)}
    reading = read_stackoverflow("tool", ["tool", "none"], mirror=mirror)
    assert reading.facts["seen"] == {"tool": source_state(threads, None, mirror=mirror)}
