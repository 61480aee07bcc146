import gzip

import pytest

from cncf_llm.ingest.website.sitemap import (
    UnreadableSitemapError,
    read_sitemap,
    sitemaps_in_robots,
)
from cncf_llm_tests.ingest.website.site_server import HERE, Answer, crawl, linking, serve

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urls(*addresses: str) -> str:
    entries = "".join(f"<url><loc> {address}\n</loc></url>" for address in addresses)
    return f'<?xml version="1.0"?><urlset {NAMESPACE}>{entries}</urlset>'


def index(*addresses: str) -> str:
    entries = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f"<sitemapindex {NAMESPACE}>{entries}</sitemapindex>"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    f"<urlset {NAMESPACE}><url><loc>&b;</loc></url></urlset>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>'


def test_sitemaps_in_robots():
    text = (
        b"User-agent: *\r\nSITEMAP: https://a.example/1.xml\r\n  sitemap:/2.xml # x\nNo: sitemap: z"
    )
    assert sitemaps_in_robots(text) == ["https://a.example/1.xml", "/2.xml"]
    assert len(sitemaps_in_robots(b"Sitemap: x\n" * 1_000)) == 100


def test_read_sitemap():
    assert read_sitemap(urls("https://a/", "https://b/").encode(), 1_000) == (
        ["https://a/", "https://b/"],
        [],
    )
    assert read_sitemap(index("https://a/1.xml").encode(), 1_000) == ([], ["https://a/1.xml"])
    assert read_sitemap(gzip.compress(urls("https://a/").encode()), 1_000)[0] == ["https://a/"]
    assert read_sitemap(b"https://a/\nhttps://b/\nftp://c\n", 1_000)[0] == [
        "https://a/",
        "https://b/",
    ]
    many = urls(*(f"https://a/{number}" for number in range(60_000)))
    assert len(read_sitemap(many.encode(), 10_000_000)[0]) == 50_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BOMB.encode(), "document type"),
        (OUTSIDE.encode(), "document type"),
        (BOMB.encode("utf-16"), "neither XML"),
        (gzip.compress(b"<a>" * 1_000, mtime=0), "more than 1,000 bytes"),
        (b"\x1f\x8b\x08broken", "no gzip file"),
        (b"<html><body>not here</body></html>", "'html'"),
        (b"", "neither XML"),
        (b"\x00\x01\x02", "neither XML"),
        (b"<", "no XML"),
    ],
)
def test_what_is_no_sitemap(content, message):
    with pytest.raises(UnreadableSitemapError, match=message):
        read_sitemap(content, 1_000)


def test_damaged_xml_is_read_as_far_as_it_goes():
    assert read_sitemap(b"<urlset><url><loc>https://a/</loc></url><url><lo", 100)[0] == [
        "https://a/"
    ]


def test_a_crawl_follows_sitemaps_and_links(tmp_path):
    gz = {"media_type": "application/gzip"}
    answers = {
        "/robots.txt": lambda handler: Answer(
            f"Sitemap: {HERE}/one.xml\nSitemap: /two.xml.gz\nSitemap: {HERE}/bomb.xml\n"
            "Sitemap: https://elsewhere.example/sitemap.xml\nSitemap: /none.xml\nDisallow: /no/\n"
            "User-agent: *\nDisallow: /no/",
            "text/plain",
        ),
        "/": linking("/linked"),
        "/one.xml": Answer(index(f"{HERE}/three.xml", f"{HERE}/one.xml", "https://else.example/x")),
        "/two.xml.gz": Answer(gzip.compress(urls(f"{HERE}/two").encode()), **gz),
        "/three.xml": Answer(index(f"{HERE}/four.xml")),
        "/four.xml": Answer(index(f"{HERE}/five.xml")),  # one too deep
        "/five.xml": Answer(urls(f"{HERE}/five")),
        "/bomb.xml": Answer(gzip.compress(b" " * 500_000), **gz),
        "/sitemap.xml": Answer(
            urls(f"{HERE}/", f"{HERE}/only-here", f"{HERE}/no/x", "file:///etc/passwd"), "text/xml"
        ),
        "/only-here": linking("/behind"),
    }
    for path in ("/linked", "/two", "/five", "/behind"):
        answers[path] = Answer(f"page {path}")
    with serve(answers) as server:
        crawled = crawl(server, tmp_path, page_bytes=100_000)
    assert set(crawled.pages) == {"/", "/linked", "/two", "/only-here", "/behind"}
    assert crawled.drops == {
        "/bomb.xml": "unreadable-sitemap",
        "/four.xml": "unreadable-sitemap",
        "/no/x": "disallowed-by-robots",
        "/none.xml": "unreadable-sitemap",
    }
