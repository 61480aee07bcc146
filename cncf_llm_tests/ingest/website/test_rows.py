"""What becomes of the lines of a crawl, without crawling."""

import polars as pl

from cncf_llm.ingest.tables import DOCUMENTS
from cncf_llm.ingest.website.job import CrawlJob, CrawlLimits
from cncf_llm.ingest.website.rows import known_pages, site_pages
from cncf_llm.store import content_hash

HERE = "https://x.example"


def page(path: str, canonical: str | None = None, paths: tuple[str, ...] = (), **more):
    return {
        "url": HERE + path,
        "paths": [*paths, path],
        "file": "body",
        "media_type": "text/html",
        "validators": [f'"{path}"', None],
        "licence": "unknown",
        "canonical": canonical,
        "stored": None,
        **more,
    }


def drop(path: str, reason: str, paths: list[str] | None = None, cut_short: bool = False):
    judged = [path] if paths is None else paths
    return {
        "url": HERE + path,
        "paths": judged,
        "reason": reason,
        "detail": "",
        "cut_short": cut_short,
    }


def pages(folder, lines, before=(), **limits):
    (folder / "body").write_bytes(b"body")
    table = rows(*before)
    validators = {f"x.example{path}": [None, f"date of {path}"] for path in before}
    known = known_pages("x.example", table, validators, folder)
    job = CrawlJob("x.example", HERE, (f"{HERE}/",), str(folder), CrawlLimits(**limits), known)
    return site_pages("tool", "x.example", job, lines, table)


def rows(*paths: str) -> pl.DataFrame:
    row = dict.fromkeys(DOCUMENTS.schema.names()) | {
        "project": "tool",
        "repository": "x.example",
        "media_type": "text/html",
        "content": b"old",
        "content_hash": content_hash(b"old"),
    }
    return DOCUMENTS.frame([row | {"path": path, "url": HERE + path} for path in paths])


def paths(found) -> list[str]:
    return sorted(row["path"] for row in found.rows)


def test_rows_say_where_they_are_from(tmp_path):
    found = pages(tmp_path, [page("/a?b=c", licence="CC-BY-4.0", url=f"{HERE}/a?b=c")])
    (row,) = found.rows
    assert row["url"] == row["licence_source"] == f"{HERE}/a?b=c"
    assert row["licence"] == "CC-BY-4.0"
    assert row["attribution"] == f"x.example, {HERE}/a?b=c, CC-BY-4.0"
    assert row["content_hash"] == content_hash(b"body")
    assert found.validators == {"x.example/a?b=c": ['"/a?b=c"', None]}
    assert DOCUMENTS.frame(found.rows).height == 1


def test_canonical_addresses(tmp_path):
    lines = [
        page("/a"),
        page("/b", canonical="/a"),
        page("/c", canonical="/c"),
        page("/to/gone", canonical="/gone"),
        drop("/gone", "http-404"),
        page("/never/1", canonical="/never"),  # a limit came first
        page("/never/2", canonical="/never"),
        page("/x", canonical="/y"),
        page("/y", canonical="/x"),
        page("/chain", canonical="/b"),
        page("/to/moved", canonical="/moved"),
        page("/c2", paths=("/moved",)),
    ]
    found = pages(tmp_path, lines)
    assert paths(found) == [
        "/a",
        "/c",
        "/c2",
        "/chain",
        "/never",
        "/to/gone",
        "/to/moved",
        "/x",
        "/y",
    ]
    assert [item for item in found.drops if item[1] == "canonical-elsewhere"] == [
        (f"{HERE}/b", "canonical-elsewhere", f"is {HERE}/a"),
        (f"{HERE}/never/2", "canonical-elsewhere", f"is {HERE}/never"),
    ]
    assert {row["url"] for row in found.rows if row["path"] == "/never"} == {f"{HERE}/never"}


def test_a_complete_crawl_forgets_what_it_did_not_see(tmp_path):
    found = pages(tmp_path, [page("/a"), drop("/b", "http-404")], before=("/a", "/b", "/c"))
    assert paths(found) == ["/a"]


def test_a_crawl_cut_short_keeps_what_it_did_not_come_to(tmp_path):
    lines = [
        page("/a", paths=("/moved",)),
        drop("/gone", "http-404"),
        drop("/hidden", "noindex"),
        drop("/failing", "http-503", paths=[]),
        drop("/", "time-limit", paths=[], cut_short=True),
    ]
    before = ("/a", "/gone", "/moved", "/hidden", "/failing", "/unseen")
    found = pages(tmp_path, lines, before=before)
    assert paths(found) == ["/a", "/failing", "/unseen"]
    assert {row["path"]: row["content"] for row in found.rows}["/unseen"] == b"old"
    assert found.validators == {
        "x.example/a": ['"/a"', None],
        "x.example/failing": [None, "date of /failing"],
        "x.example/unseen": [None, "date of /unseen"],
    }
    few = pages(tmp_path, lines, before=before, pages=2)
    assert paths(few) == ["/a", "/failing"]
    assert (f"{HERE}/unseen", "page-limit") in [item[:2] for item in few.drops]


def test_pages_that_were_not_sent_again_are_counted(tmp_path):
    lines = [page("/a", stored="not-modified"), page("/b", stored="http-503"), page("/c")]
    assert pages(tmp_path, lines).not_modified == 1
