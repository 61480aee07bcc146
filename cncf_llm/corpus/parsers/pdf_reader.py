"""The process that reads one PDF: bytes on stdin, JSON on stdout. Started by `pdf.py`.

Run as a file, not as a module, so that it starts fast and its memory is the PDF's alone. PDFium
(https://pdfium.googlesource.com/pdfium/) is native code: whatever a hostile file does to it ends
this process only.
"""

import ctypes
import json
import re
import resource
import sys

_FIXED_PITCH = 1  # bit of a font descriptor's flags, PDF 32000-1, table 123
_FIXED_NAME = re.compile(rb"mono|courier|consol|menlo|cmtt|typewriter|code", re.IGNORECASE)
_BOLD_NAME = re.compile(rb"bold|black|heavy|semibold|medi\b", re.IGNORECASE)
_MAX_CHARACTERS = 20_000_000
_GAP = 1.8  # a space this many times the line's height divides the line


def main(seconds: int, memory_bytes: int, max_pages: int) -> dict:
    """Return title, outline, pages and page count, or reason and detail of what is wrong.

    A page is {width, height, lines}. A line is a list of pieces, which wide gaps divide. A piece is
    [text, left, top, right, bottom, fixed, bold] with top measured from the page's upper edge, in
    points.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except MemoryError:
        return _wrong("unreadable-memory-limit", f"PDF needs more than {memory_bytes} bytes")
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            return _wrong("unreadable-pdf-encrypted", "it needs a password")
        return _wrong("unreadable-pdf-damaged", str(error)[:300])
    count = len(document)
    pages, left, unread = [], _MAX_CHARACTERS, 0
    for number in range(min(count, max_pages)):
        try:
            page = _page(document[number], left)
        except pypdfium2.PdfiumError:
            unread += 1
            continue
        except MemoryError:
            return _wrong("unreadable-memory-limit", f"PDF needs more than {memory_bytes} bytes")
        left -= sum(len(piece[0]) for line in page["lines"] for piece in line)
        pages.append(page)
    if count and unread == min(count, max_pages):
        return _wrong("unreadable-pdf-damaged", f"none of {count} pages can be read")
    return {
        "title": _title(document),
        "outline": _outline(document),
        "pages": pages,
        "page_count": count,
        "unread": unread,
    }


def _wrong(reason: str, detail: str) -> dict:
    return {"reason": reason, "detail": detail}


def _page(page, limit: int) -> dict:
    from pypdfium2 import raw

    text = page.get_textpage()
    width, height = page.get_size()
    box = raw.FS_RECTF()
    fonts: dict = {}
    lines: list[list] = []
    line: list = []  # of pieces
    piece: list = []  # characters, left, top, right, bottom, fixed, bold
    for index in range(min(text.count_chars(), max(limit, 0))):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (10, 13):
            _close(piece, line)
            if line:
                lines.append(line)
            line, piece = [], []
            continue
        divided = code in (2, 0xFFFE)  # a hyphen at a line's end, after which PDFium goes on
        character = "-" if divided else chr(code)
        if not code or not raw.FPDFText_GetLooseCharBox(text, index, box):
            continue
        if character.isspace():
            if piece:
                piece[0].append(" ")
            continue
        tall = box.top - box.bottom
        if piece and (box.left - piece[3] > _GAP * tall or box.right < piece[1]):
            _close(piece, line)
            piece = []
        fixed, bold = _style(raw, text, index, fonts)
        if not piece:
            piece = [[], box.left, height - box.top, box.right, height - box.bottom, 0, 0]
        piece[0].append(character)
        piece[1] = min(piece[1], box.left)
        piece[2] = min(piece[2], height - box.top)
        piece[3] = max(piece[3], box.right)
        piece[4] = max(piece[4], height - box.bottom)
        piece[5] += fixed
        piece[6] += bold
        if divided:
            _close(piece, line)
            lines.append(line)
            line, piece = [], []
    _close(piece, line)
    if line:
        lines.append(line)
    return {"width": width, "height": height, "lines": lines}


def _close(piece: list, line: list) -> None:
    if not piece:
        return
    characters = "".join(piece[0]).rstrip()
    shown = sum(not character.isspace() for character in characters)
    if shown:
        # PDFium gives UTF-16 units: pairs become one character.
        whole = characters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        places = [round(place, 1) for place in piece[1:5]]
        line.append([whole, *places, piece[5] > 0.9 * shown, piece[6] > 0.8 * shown])


def _style(raw, text, index: int, fonts: dict) -> tuple[bool, bool]:
    """Return whether a character's font is one of fixed width, and whether it is bold."""
    shown = raw.FPDFText_GetTextObject(text, index)
    font = raw.FPDFTextObj_GetFont(shown) if shown else None
    if not font:
        return False, False
    key = ctypes.addressof(font.contents)
    if key not in fonts:
        name = ctypes.create_string_buffer(256)
        raw.FPDFFont_GetBaseFontName(font, name, 256)
        flags = raw.FPDFFont_GetFlags(font)
        fixed = bool(_FIXED_NAME.search(name.value)) or (flags > 0 and bool(flags & _FIXED_PITCH))
        bold = bool(_BOLD_NAME.search(name.value)) or raw.FPDFFont_GetWeight(font) >= 600
        fonts[key] = (fixed, bold)
    return fonts[key]


def _title(document) -> str:
    words = (document.get_metadata_value("Title") or "").split()
    made_by_tools = not words or any(mark in words[0] for mark in (".doc", ".pdf", "Untitled", "/"))
    return "" if made_by_tools or words[0] in ("Microsoft", "PowerPoint") else " ".join(words)


def _outline(document) -> list[list]:
    """Return [level, title] of each bookmark, or as many as a damaged outline gives."""
    import pypdfium2

    found: list[list] = []
    try:
        for bookmark in document.get_toc(max_depth=6):
            if title := bookmark.get_title():
                found.append([min(bookmark.level + 1, 6), title])
    except pypdfium2.PdfiumError:
        pass  # damaged bookmarks: the text is what counts
    return found


if __name__ == "__main__":
    answer = main(*(int(argument) for argument in sys.argv[1:4]))
    sys.stdout.write(json.dumps(answer, ensure_ascii=True))
