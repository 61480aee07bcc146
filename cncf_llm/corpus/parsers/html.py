"""HTML: the main content of a page as blocks.

The main content is `<main>`, `<article>` or `role="main"` where the page has one. A page with
navigation but without such an element is reduced by trafilatura (Barbaresi, 2021,
https://aclanthology.org/2021.acl-demo.15). Anything else is taken whole: fragments, plain pages.
"""

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from cncf_llm.corpus.parsers.blocks import Block, Parsed, Unreadable, one_line
from cncf_llm.corpus.parsers.decoding import decode, encoding_of
from cncf_llm.corpus.parsers.html_blocks import element_blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_DEPTH = 120  # a page deeper than this is no document; the walk below needs frames per level

MOSTLY_LINKS = 0.65  # share of a page's letters in links, above which it leads on and says nothing

_MAIN = ("//main", "//*[@role='main']", "//*[@itemprop='articleBody']", "//article")
_CHROME = "//nav | //header | //footer | //aside"
_ENCODINGS = re.compile(
    r"us-ascii|iso-8859-\d{1,2}|latin-?\d{1,2}|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|macintosh"
    r"|gbk|gb2312|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|iso-2022-jp|shift[-_]jis"
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]*\[(?:[^\]\"']|\"[^\"]*\"|'[^']*')*+\]\s*>", re.IGNORECASE)
# Beyond these the time grows with the square: libxml2 compares each attribute with all before,
# trafilatura each paragraph.
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{100000,}")
MAX_ATTRIBUTES = 10_000
MAX_REDUCED = 10_000  # elements
_SITE_SUFFIX = re.compile(r"\s+[|·–—]\s+[^|·–—]*$")


def parse(content: bytes, path: str) -> Parsed:
    """Parse an HTML page.

    Raises `Unreadable` for what is too large, binary, too deep, or a mere list of other pages.
    """
    page = _document(_page_text(content))
    title = page.findtext(".//title") or ""
    main = _main_content(page)
    if (share := _links_share(main)) >= MOSTLY_LINKS:
        raise Unreadable("navigation-only", f"{share:.0%} of its text is links")
    blocks = element_blocks(main)
    heading = page.find(".//h1")
    if heading is not None and (text := one_line(heading.text_content())):
        title = text
    else:
        title = _SITE_SUFFIX.sub("", one_line(title))
    return Parsed(title.strip("¶#").strip(), tuple(blocks))


def _links_share(element: "HtmlElement") -> float:
    """Return the share of an element's letters that are in links."""
    whole = sum(map(str.isalnum, element.text_content()))
    linked = sum(sum(map(str.isalnum, link.text_content())) for link in element.iter("a"))
    return linked / whole if whole else 0.0


def fragment_blocks(source: str) -> list[Block]:
    """Return the blocks of a piece of HTML, such as Markdown carries. Tags may be unbalanced."""
    return element_blocks(_document(source))


def page_encoding(content: bytes) -> str:
    """Return the encoding that a page is read in: the one it declares, if it can be read so.

    As browsers do (https://encoding.spec.whatwg.org), only encodings of text in which the
    declaration itself is ASCII count: not UTF-16, and none of Python's other codecs.
    """
    declared = _CHARSET.search(content[:2048])
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    if _ENCODINGS.fullmatch(name):
        # A wrong declaration is ignored: the text is then decoded as if there were none.
        with suppress(LookupError, UnicodeError):
            content.decode(name)
            return name
    return encoding_of(content)


def _page_text(content: bytes) -> str:
    encoding = page_encoding(content)
    if encoding == encoding_of(content):
        return decode(content, max_line=None)
    return decode(content.decode(encoding).encode("utf-8", "replace"), max_line=None)


def _document(source: str) -> "HtmlElement":
    from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

    source = re.sub(r"<\?xml[^>]*\?>", "", source[:200]) + source[200:]
    source = _DOCTYPE.sub("", source, count=1)  # its entities are never resolved
    if any(tag[0].count("=") > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(source)):
        detail = f"an HTML tag has more than {MAX_ATTRIBUTES} attributes"
        raise Unreadable("unreadable-too-many-attributes", detail)
    parser = html.HTMLParser(
        recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        page = html.document_fromstring(source, parser=parser)
    except etree.ParserError as error:
        raise Unreadable("empty", str(error)) from error
    deepest = max(_depths(page), default=0)
    if deepest > MAX_DEPTH or any(
        entry.type_name == "ERR_NAME_TOO_LONG" or "depth" in entry.message.lower()
        for entry in parser.error_log
    ):
        raise Unreadable("unreadable-nested-too-deep", f"HTML deeper than {MAX_DEPTH} elements")
    return page


def _depths(page: "HtmlElement"):
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    depth = 0
    for event, _ in etree.iterwalk(page, events=("start", "end")):
        depth += 1 if event == "start" else -1
        yield depth


def _main_content(page: "HtmlElement") -> "HtmlElement":
    for path in _MAIN:
        found = page.xpath(path)
        if found:
            return max(found, key=lambda element: len(element.text_content()))
    if page.xpath(_CHROME) and sum(1 for _ in page.iter()) <= MAX_REDUCED:
        reduced = _reduced_by_trafilatura(page)
        if reduced is not None:
            return reduced
    body = page.find("body")
    return page if body is None else body


def _reduced_by_trafilatura(page: "HtmlElement") -> "HtmlElement | None":
    import trafilatura
    from lxml import html

    extracted = trafilatura.extract(
        html.tostring(page, encoding="unicode"),
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_tables=True,
        favor_recall=True,
    )
    return html.document_fromstring(extracted) if extracted else None
