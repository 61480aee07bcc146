"""PDF: text by PDFium, in a process of its own with limits that hold even if the parser loops."""

import json
import subprocess
import sys
from pathlib import Path

from cncf_llm.corpus.parsers.blocks import Parsed, Unreadable
from cncf_llm.corpus.parsers.pdf_columns import ordered_lines
from cncf_llm.corpus.parsers.pdf_text import blocks_of_pages

MAX_PDF_BYTES = 100_000_000
SECONDS = 120
MEMORY_BYTES = 1_200_000_000
MAX_PAGES = 1000

_READER = Path(__file__).with_name("pdf_reader.py")


def parse(content: bytes, path: str) -> Parsed:
    """Parse a PDF file.

    Raises `Unreadable` for encrypted and damaged files, for files without text (scans), and for
    files that need more time or memory than the limits above.
    """
    if len(content) > MAX_PDF_BYTES:
        raise Unreadable("unreadable-too-large", f"{len(content)} bytes, limit {MAX_PDF_BYTES}")
    answer = _read(content)
    if "reason" in answer:
        raise Unreadable(answer["reason"], answer["detail"])
    pages = [ordered_lines(page) for page in answer["pages"]]
    title, blocks = blocks_of_pages(pages, answer["outline"])
    if not blocks:
        raise Unreadable("unreadable-pdf-no-text", f"no text on {len(answer['pages'])} pages")
    dropped = []
    if (left := answer["page_count"] - MAX_PAGES) > 0:
        dropped.append(("too-many-pages", f"{left} pages after page {MAX_PAGES}"))
    if answer["unread"]:
        dropped.append(("unreadable-pdf-page", f"{answer['unread']} damaged pages"))
    return Parsed(answer["title"] or title, tuple(blocks), tuple(dropped))


def _read(content: bytes) -> dict:
    limits = [str(SECONDS), str(MEMORY_BYTES), str(MAX_PAGES)]
    command = [sys.executable, "-I", str(_READER), *limits]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS + 5)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("unreadable-time-limit", f"PDF not read in {SECONDS} seconds") from error
    if done.returncode:
        raise Unreadable("unreadable-pdf-damaged", _how_it_ended(done))
    return json.loads(done.stdout)


def _how_it_ended(done: subprocess.CompletedProcess[bytes]) -> str:
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return f"the reader ended with {done.returncode}: {last}"[:300]
