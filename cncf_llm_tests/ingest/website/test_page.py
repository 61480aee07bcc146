import time

import pytest
from scrapy.http import HtmlResponse

from cncf_llm.ingest.website.page import read_page


def read(html: str | bytes, **headers: str):
    body = html.encode() if isinstance(html, str) else html
    return read_page(HtmlResponse("https://x.example/docs/page", body=body, headers=headers))


def test_links_are_absolute_and_lead_to_documents():
    page = read(
        '<a href="next">1</a><area href="/up"><a href="https://else.example/#x">2</a>'
        '<a href="a.png">3</a><a href="a.pdf">4</a><a href="a.zip">5</a><a>6</a><a href="">7</a>'
        '<a href="http://[bad">8</a><a href=" spa ce\n">9</a><link href="style.css">'
        '<a href="mailto:a@b.example">10</a><iframe src="frame"></iframe>'
    )
    assert page.links == (
        "https://x.example/docs/next",
        "https://x.example/up",
        "https://else.example/#x",
        "https://x.example/docs/a.pdf",
        "https://x.example/docs/spa%20ce",
        "mailto:a@b.example",
    )
    sent_on = read('<meta http-equiv="refresh" content="0; url=../en/"><a href="/">1</a>')
    assert sent_on.links == ("https://x.example/en/", "https://x.example/")
    based = read('<head><base href="https://x.example/other/"></head><a href="a">1</a>')
    assert based.links == ("https://x.example/other/a",)


def test_canonical_address():
    assert read('<link rel="Canonical" href="../a?b#c">').canonical == "https://x.example/a?b#c"
    assert read(f'<link rel="canonical" href="/{"a" * 9_000}">').canonical is None
    assert read('<link rel="alternate" hreflang="de" href="/de">').canonical is None


@pytest.mark.parametrize(
    ("html", "header", "index", "follow"),
    [
        ("", "", True, True),
        ('<meta name="ROBOTS" content="noindex">', "", False, True),
        ('<meta name="robots" content="index, nofollow">', "", True, False),
        ('<meta name="robots" content="none">', "", False, False),
        ('<meta name="description" content="noindex">', "", True, True),
        ("", "noindex, nofollow", False, False),
        ("", "noarchive", True, True),
    ],
)
def test_what_robots_may_do(html, header, index, follow):
    page = read(html, **{"X-Robots-Tag": header})
    assert (page.index, page.follow) == (index, follow)


@pytest.mark.parametrize(
    ("html", "licence"),
    [
        ('<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">x</a>', "CC-BY-4.0"),
        (
            '<link rel="license" href="http://creativecommons.org/licenses/by-nc-sa/3.0/de/">',
            "CC-BY-NC-SA-3.0",
        ),
        (
            '<a rel="license" href="https://creativecommons.org/publicdomain/zero/1.0/">x</a>',
            "CC0-1.0",
        ),
        (
            '<link rel="license" href="https://www.apache.org/licenses/LICENSE-2.0">',
            "Apache-2.0",
        ),
        ('<a rel="license" href="https://opensource.org/license/mit">x</a>', "MIT"),
        ("<footer>© The Authors | Documentation distributed under CC-BY-4.0</footer>", "CC-BY-4.0"),
        ("<footer><p>Licensed under <b>CC BY-SA</b> 4.0.</p></footer>", "CC-BY-SA-4.0"),
        ("<footer>Code is Apache 2.0, text is CC BY 3.0</footer>", "CC-BY-3.0"),
        (
            "<div role=contentinfo>Creative Commons Attribution 4.0 International</div>",
            "CC-BY-4.0",
        ),
        (
            '<footer>Licence: <a href="https://creativecommons.org/licenses/by/4.0">this</a></footer>',
            "CC-BY-4.0",
        ),
        ("<p>Our licence is CC BY 4.0</p>", "unknown"),
        ("<footer>All rights reserved</footer>", "unknown"),
        ("<footer>CC BY 4.0 or CC BY-SA 4.0</footer>", "unknown"),
        ("<footer>Apache License, Version 2.0</footer>", "unknown"),
        ('<a rel="license" href="/LICENSE">x</a>', "unknown"),
    ],
)
def test_licence(html, licence):
    assert read(f"<body><p>text</p>{html}</body>").licence == licence


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000,
        "<a href=x><div>" * 20_000,
        "<div id=footer>" * 5_000 + "x",
        "<footer><a href=x>" * 5_000,
        "<a href=x>" * 200_000,
        "<" * 500_000,
        "&" * 500_000,
    ],
)
def test_odd_pages_are_read_in_time(html):
    started = time.process_time()
    assert len(read(html).links) <= 10_000
    assert time.process_time() - started < 5


def test_wrong_charsets_are_read():
    assert read("<a href=ä>x</a>".encode("utf-16")).links
    assert read(b"<meta charset=utf-8><a href='a'>\xff\xfe\xfa</a>").links
    assert read(b"<meta charset=nonsense><a href='a'>x</a>").links
