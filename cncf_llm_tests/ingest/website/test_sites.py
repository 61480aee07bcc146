import csv
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from cncf_llm.ingest import DOCUMENTS, MirrorError, OfflineError, read_website
from cncf_llm.ingest.website.job import CrawlLimits
from cncf_llm.ingest.website.mirrored_site import serve_folder
from cncf_llm.ingest.website.sites import crawl_site
from cncf_llm.store import count_reasons

WEBSITES = Path(__file__).parents[3].parent / "shared" / "corpus" / "websites"


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
    failing = CrawlLimits(seconds=-1_000)  # the process is ended at once
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


def test_the_server_of_a_mirror_lists_no_folders(site):
    import httpx

    (site / "bare").mkdir()
    with serve_folder(site) as base:
        assert httpx.get(f"{base}/index.html").status_code == 200
        for path in ("/bare/", "/out.html", "/..%2f..%2fsecret.html", "/%2e%2e/secret.html"):
            assert httpx.get(f"{base}{path}").status_code == 404


@pytest.fixture(params=["prometheus", "helm"])
def real_site(request, mirror: Path) -> tuple[str, Path]:
    """A copy of a real website in a mirror, its sitemap naming the site's own host."""
    if not WEBSITES.exists():
        pytest.skip("the real websites are not at hand")
    folder = mirror / "websites" / f"{request.param}.example"
    shutil.copytree(WEBSITES / request.param, folder)
    return request.param, folder


def expected(name: str) -> dict[str, str]:
    with (WEBSITES / "expected_urls.csv").open(encoding="utf-8", newline="") as file:
        return {row["path"]: row["expected"] for row in csv.DictReader(file) if row["site"] == name}


def set_host(folder: Path, host: str) -> None:
    for file in (folder / "robots.txt", folder / "sitemap.xml"):
        file.write_text(file.read_text().replace("http://localhost:PLACEHOLDER", host))


def outcome(reasons: dict[str, str], paths: Iterable[str]) -> dict[str, str]:
    kinds = {
        "disallowed-by-robots": "disallowed",
        "http-404": "broken link (404)",
        "not-html": "binary data under an .html name",
    }
    return {path: kinds[reason] for path, reason in reasons.items()} | dict.fromkeys(paths, "page")


def test_a_real_site_served_locally(real_site, tmp_path):
    name, folder = real_site
    with serve_folder(folder) as base:
        set_host(folder, base)
        urls = (f"https://{name}.example/",)
        result = crawl_site(name, urls, base, DOCUMENTS.frame(), {})
    reasons = {item.removeprefix(urls[0][:-1]): reason for item, reason, _ in result.drops}
    found = outcome(reasons, [row["path"] for row in result.rows])
    wanted = {path: kind.partition(" (")[0] for path, kind in expected(name).items()}
    assert {path: kind.partition(" (")[0] for path, kind in found.items()} == wanted
    assert len(result.rows) == {"prometheus": 72, "helm": 73}[name]
    sizes = {row["path"]: len(row["content"]) for row in result.rows}
    assert [path for path, size in sizes.items() if size > 3_000_000] == ["/huge.html"]
    assert Counter(reasons.values()) == {"disallowed-by-robots": 7, "http-404": 3, "not-html": 1}


@pytest.mark.slow
def test_a_real_site_in_a_mirror(real_site, mirror):
    name, folder = real_site
    set_host(folder, f"https://{name}.example")
    said: list[str] = []
    start = [f"https://{name}.example/"]
    first = read_website(name, start, mirror=mirror, progress=said.append)
    pages = {path for path, kind in expected(name).items() if kind.startswith("page")}
    assert set(first.documents["path"]) == pages
    assert count_reasons(first.drops) == {"disallowed-by-robots": 7, "http-404": 3, "not-html": 1}
    assert said[-1].startswith(f"{name}.example: {len(pages)} pages, ")
    assert first.facts["validators"] == {}  # the dates of a mirror's files prove nothing
