from pathlib import Path

import pytest

from cncf_llm.ingest import DOCUMENTS, MirrorError, OfflineError, read_website
from cncf_llm.ingest.crawl_job import CrawlJob, CrawlLimits, site_of_url
from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.mirrored_site import serve_folder
from cncf_llm.store import count_reasons

WEBSITES = Path(__file__).parents[2].parent / "shared" / "corpus" / "websites"


@pytest.fixture
def site(mirror: Path) -> Path:
    """A mirrored site of two pages, a PDF, and a link that leads out of its folder."""
    folder = mirror / "websites" / "tool.example"
    (folder / "docs").mkdir(parents=True)
    (folder / "index.html").write_text(
        '<a href="docs/">Docs</a> <a href="/a%20b.pdf?v=1">PDF</a> <a href="/out.html">out</a>'
    )
    (folder / "docs" / "index.html").write_text('<a href="https://tool.example/">Home</a>')
    (folder / "a b.pdf").write_bytes(b"%PDF-1.4")
    (mirror / "secret.html").write_text("secret")
    (folder / "out.html").symlink_to(mirror / "secret.html")
    return folder


def test_a_mirrored_site_has_the_public_addresses(site, mirror):
    urls = ["https://tool.example", "https://www.tool.example/docs/", "https://docs.tool.example"]
    documents, drops, facts = read_website("tool", urls, mirror=mirror)
    assert documents.schema == DOCUMENTS.schema
    assert documents.select("repository", "path", "url", "media_type").rows() == [
        ("tool.example", "/", "https://tool.example/", "text/html"),
        ("tool.example", "/a%20b.pdf?v=1", "https://tool.example/a%20b.pdf?v=1", "application/pdf"),
        ("tool.example", "/docs/", "https://tool.example/docs/", "text/html"),
    ]
    assert documents["licence"].unique().to_list() == ["unknown"]
    assert drops.select("item", "reason").rows() == [
        ("https://docs.tool.example", "not-in-mirror"),
        ("https://tool.example/out.html", "http-404"),
    ]
    assert facts["sites"] == {"tool.example": 3}

    (site / "docs" / "index.html").write_text("other")
    (mirror / "websites.permalink").write_text("sample:{site}{path}\n")
    after = read_website("tool", urls, mirror=mirror, previous=documents)
    assert (after.facts["changed"], after.facts["unchanged"]) == (1, 2)
    assert after.documents["url"][0] == "sample:tool.example/"
    assert after.documents["document_id"].to_list() == documents["document_id"].to_list()


def test_pages_are_kept_when_the_crawl_fails(site, mirror):
    before = read_website("tool", ["https://tool.example"], mirror=mirror).documents
    failing = CrawlLimits(seconds=-100)  # the process is ended at once
    after = read_website(
        "tool", ["https://tool.example"], mirror=mirror, previous=before, limits=failing
    )
    assert after.documents.equals(before)
    assert count_reasons(after.drops) == {"crawl-timed-out": 1}


def test_reasons_why_a_site_is_not_crawled(mirror):
    reading = read_website(
        "tool",
        ["https://github.com/a/b", "file:///etc/passwd", "https://u:p@x.example", "https://x:y/"],
        mirror=mirror,
    )
    assert count_reasons(reading.drops) == {"refused-url": 3, "shared-host": 1}
    off = read_website("tool", ["https://tool.example"], mirror=None)
    assert count_reasons(off.drops) == {"crawling-is-off": 1}
    private = read_website("tool", ["https://localhost/"], mirror=None, crawl=True)
    assert count_reasons(private.drops) == {"private-address": 1}
    with pytest.raises(OfflineError, match="websites of tool"):
        read_website("tool", ["https://tool.example"], mirror=None, crawl=True, offline=True)
    with pytest.raises(MirrorError):
        read_website("tool", ["https://tool.example"], mirror=mirror / "none")


def test_only_the_own_site_has_an_address():
    job = CrawlJob("tool.example", "http://127.0.0.1:8000", (), "", CrawlLimits())
    assert job.address("https://tool.example/a?b=1#c") == "http://127.0.0.1:8000/a?b=1"
    assert job.address("http://127.0.0.1:8000/a") == "http://127.0.0.1:8000/a"
    assert job.canonical("http://127.0.0.1:8000/a?b=1") == "https://tool.example/a?b=1"
    for url in (
        "http://127.0.0.1:8001/a",
        "http://127.0.0.1:80000/a",
        "https://tool.example.org/",
        "https://tool.example:8443/",
        "ftp://tool.example/",
        "javascript:alert(1)",
    ):
        assert job.address(url) is None
    real = CrawlJob("tool.example", "https://tool.example", (), "", CrawlLimits())
    assert real.address("https://www.tool.example/a#b") == "https://www.tool.example/a"
    assert real.address("http://127.0.0.1/") is None


def test_site_of_url():
    assert site_of_url("https://WWW.Tool.example/x") == "tool.example"
    for url in ("", "tool.example", "https:///x", "https://tool.example:1/", "https://a@b.example"):
        with pytest.raises(UnreadableSourceError):
            site_of_url(url)


def test_the_server_of_a_mirror_lists_no_folders(site):
    import httpx

    (site / "bare").mkdir()
    with serve_folder(site) as base:
        assert httpx.get(f"{base}/index.html").status_code == 200
        for path in ("/bare/", "/out.html", "/..%2f..%2fsecret.html", "/%2e%2e/secret.html"):
            assert httpx.get(f"{base}{path}").status_code == 404


@pytest.mark.slow
@pytest.mark.skipif(not WEBSITES.exists(), reason="the real websites are not at hand")
@pytest.mark.parametrize(("name", "pages"), [("prometheus", 71), ("helm", 72)])
def test_a_real_site(mirror, name, pages):
    (mirror / "websites").mkdir()
    (mirror / "websites" / f"{name}.example").symlink_to(WEBSITES / name)
    reading = read_website(name, [f"https://{name}.example/"], mirror=mirror)
    assert reading.documents.height == pages
    assert count_reasons(reading.drops) == {
        "disallowed-by-robots": 7,
        "http-404": 3,
        "not-html": 1,
    }
