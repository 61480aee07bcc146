import pytest

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.website.address import alike, clean_url, page_path
from cncf_llm.ingest.website.frontier import Frontier, Refusal
from cncf_llm.ingest.website.job import CrawlJob, CrawlLimits, site_of_url


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://x.example", "https://x.example/"),
        ("https://x.example/a#b", "https://x.example/a"),
        ("https://x.example/a?utm_source=b&c=d", "https://x.example/a?c=d"),
        ("https://x.example/a?GCLID=1", "https://x.example/a"),
        ("https://x.example/a;jsessionid=1F?b=%20c", "https://x.example/a?b=%20c"),
        ("https://x.example/a?session_id=1&PHPSESSID=2", "https://x.example/a"),
        ("https://x.example/a?a&b=&&c", "https://x.example/a?a&b=&&c"),  # nothing to remove
        ("https://x.example/utm_source=1/", "https://x.example/utm_source=1/"),
    ],
)
def test_clean_url(url, clean):
    assert clean_url(url) == clean


def test_page_path():
    assert page_path("https://x.example") == "/"
    assert page_path("https://x.example/index.html") == "/"
    assert page_path("http://x.example/docs/index.html?a=b#c") == "/docs/index.html?a=b"
    assert page_path("https://x.example/docs") == "/docs"
    assert page_path("https://x.example/my-index.html") == "/my-index.html"


def test_alike():
    assert alike("/2024/01/31/") == alike("/1999/12/1/") == "/0"
    assert alike("/blog/2024/news") != alike("/blog/2024/other")
    assert alike("/a/b/a/b/a/c") == alike("/a/b/c")
    assert alike("/find?a=1&b=2") == alike("/find?z") == "/find?"
    assert alike("/find") != alike("/find?a")
    assert alike(f"/{'0a1b' * 8}/x") == "/0/x"
    assert alike("/v1.28/api") == "/v0.0/api"


def test_only_the_own_site_has_an_address():
    job = CrawlJob("tool.example", "http://127.0.0.1:8000", (), "", CrawlLimits())
    assert job.address("https://tool.example/a?b=1#c") == "http://127.0.0.1:8000/a?b=1"
    assert job.address("http://127.0.0.1:8000/a?utm_id=1") == "http://127.0.0.1:8000/a"
    assert job.public("http://127.0.0.1:8000/a?b=1") == "https://tool.example/a?b=1"
    assert job.owns("http://127.0.0.1:8000/a")
    for url in (
        "http://127.0.0.1:8001/a",
        "http://127.0.0.1:80000/a",
        "http://127.0.0.1:8000@elsewhere.example/",
        "https://tool.example.org/",
        "https://tool.example:8443/",
        "https://tool.example@elsewhere.example/",
        "https://user:password@tool.example/",
        "https://tool.example:x/",
        "ftp://tool.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ):
        assert job.address(url) is None
        assert not job.owns(url)
    real = CrawlJob("tool.example", "https://tool.example", (), "", CrawlLimits())
    assert real.address("https://www.tool.example/a#b") == "https://www.tool.example/a"
    assert real.owns("http://tool.example/a")
    for url in ("http://127.0.0.1/", "http://localhost/", "http://tool.example:8080/"):
        assert real.address(url) is None


def test_site_of_url():
    assert site_of_url("https://WWW.Tool.example/x") == "tool.example"
    for url in ("", "tool.example", "https:///x", "https://tool.example:1/", "https://a@b.example"):
        with pytest.raises(UnreadableSourceError):
            site_of_url(url)


def frontier(**limits) -> Frontier:
    return Frontier(CrawlJob("x.example", "https://x.example", (), "", CrawlLimits(**limits)))


def test_each_page_is_asked_for_once():
    pages = frontier()
    assert pages.page("https://x.example/index.html", 0) == "https://x.example/index.html"
    for url in ("http://x.example/", "https://www.x.example/#b", "https://x.example/?utm_a"):
        assert pages.page(url, 0) is None
    assert pages.page("https://x.example/a", 0) == "https://x.example/a"
    assert pages.page("https://elsewhere.example/b", 0) is None


def test_limits_are_told_once():
    pages = frontier(pages=2, depth=1, alike=1)
    assert pages.page("https://x.example/a", 2) == Refusal(
        "depth-limit", "2 links from the start", True
    )
    assert pages.page("https://x.example/b", 2) is None
    assert pages.page("https://x.example/1", 1) == "https://x.example/1"
    assert pages.page("https://x.example/2", 1) == Refusal(
        "too-many-alike", "1 addresses like /0", False
    )
    assert pages.page("https://x.example/3", 1) is None
    assert isinstance(pages.page("https://x.example/" + "a" * 3_000, 1), Refusal)
    assert pages.page("https://x.example/c", 1) == "https://x.example/c"
    assert pages.page("https://x.example/d", 1) == Refusal("page-limit", "2 pages", True)
    assert pages.page("https://x.example/e", 1) is None


def test_sitemaps_are_limited_and_of_the_own_site():
    pages = frontier()
    assert pages.sitemap("https://elsewhere.example/sitemap.xml") is None
    urls = [f"https://x.example/{number}.xml" for number in range(200)]
    asked = [pages.sitemap(url) for url in urls + urls]
    assert sum(url is not None for url in asked) == 100
