"""PDF files that expand, loop, lie or are locked: a reason or the text, and never a dead run."""

import io
import zlib

import pytest

from cncf_llm.corpus.documents import Document, read_document

TEXT = b"BT /F1 12 Tf 40 700 Td (The controller restarts what fails to answer.) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
LEAF = b"<< /Type /Page /MediaBox [0 0 9 9] >>"

DAMAGED, NO_TEXT = "unreadable-pdf-damaged", "unreadable-pdf-no-text"
ENCRYPTED = "unreadable-pdf-encrypted"


def file_of(*objects: bytes) -> bytes:
    """Return a PDF of these objects, the first of which is the catalog."""
    out, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, start)
    return bytes(out)


def stream(data: bytes, fields: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), fields, data)


def page(content: bytes, *further: bytes, catalog: bytes = CATALOG, more: bytes = b"") -> bytes:
    """Return a PDF of one page. Its content is object 5, the further objects follow."""
    return file_of(
        catalog,
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        FONT,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % more,
        content,
        *further,
    )


def flate(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter [%s]" % (b"/FlateDecode " * times))


def encrypted(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(WHOLE)))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


WHOLE = page(stream(TEXT))
START = WHOLE.rsplit(b"startxref\n", 1)[1].split()[0]
OUTLINE = CATALOG.replace(b">>", b"/Outlines 6 0 R >>")
FORM = b"/Type /XObject /Subtype /Form /Resources << /XObject << /X %d 0 R >> >>"

FILES = {
    "empty": (b"%PDF-1.4", DAMAGED),
    "no PDF": (b"<html>not found</html>", DAMAGED),
    "cut off": (WHOLE[: len(WHOLE) // 2], DAMAGED),
    "noise": (b"%PDF-1.4\n" + b"\xff\x00obj endobj " * 9_999, DAMAGED),
    "200,000 objects without a catalog": (
        b"%PDF-1.4\n" + b"".join(b"%d 0 obj\nnull\nendobj\n" % n for n in range(200_000)),
        DAMAGED,
    ),
    "no page": (file_of(CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"), None),
    "a billion pages": (file_of(CATALOG, b"<< /Type /Pages /Kids [] /Count 999999999 >>"), None),
    "minus five pages": (file_of(CATALOG, b"<< /Type /Pages /Kids [] /Count -5 >>"), None),
    "its own parent": (file_of(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), None),
    "pages that multiply": (
        file_of(
            CATALOG,
            *(
                b"<< /Type /Pages /Kids [%s] /Count 64 >>" % (b"%d 0 R " % (n + 1) * 4)
                for n in range(2, 30)
            ),
            LEAF,
        ),
        None,
    ),
    "100,000 pages": (
        file_of(
            CATALOG,
            b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % (b"3 0 R " * 100_000),
            LEAF,
        ),
        None,
    ),
    "references that loop": (WHOLE.replace(b"/Root", b"/Prev %s /Root" % START), "kept"),
    "references elsewhere": (WHOLE.replace(b"startxref\n" + START, b"startxref\n9999999"), "kept"),
    "a catalog that is none": (WHOLE.replace(b"/Root 1", b"/Root 9"), DAMAGED),
    "a length that is itself": (
        page(b"<< /Length 5 0 R >>\nstream\n" + TEXT + b"\nendstream"),
        "kept",
    ),
    "content that is itself": (page(b"[5 0 R]"), None),
    "an endless object stream": (
        page(stream(TEXT), stream(b"4 0 ", b"/Type /ObjStm /N 999999999 /First 4 /Extends 6 0 R")),
        "kept",
    ),
    "an outline that loops": (
        page(
            stream(TEXT),
            b"<< /First 7 0 R /Last 7 0 R >>",
            b"<< /Title (a) /Next 7 0 R /First 7 0 R /Dest [4 0 R /Fit] >>",
            catalog=OUTLINE,
        ),
        "kept",
    ),
    "100,000 nested arrays": (page(b"[" * 100_000 + b"]" * 100_000), None),
    "a million brackets": (page(stream(b"BT " + b"(" * 1_000_000)), NO_TEXT),
    "a million operators": (page(stream(b"q " * 1_000_000)), NO_TEXT),
    "60 MB in 60 KB": (page(flate(b"\0" * 60_000_000)), NO_TEXT),
    "60 MB in 200 bytes": (page(flate(b"\0" * 60_000_000, times=2)), NO_TEXT),
    "100,000 filters": (page(stream(TEXT, b"/Filter [%s]" % (b"/ASCIIHexDecode " * 10**5))), None),
    "rows of a billion columns": (
        page(
            stream(
                zlib.compress(b"\0" * 10_000_000),
                b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 999999999 >>",
            )
        ),
        NO_TEXT,
    ),
    "a password": (encrypted("word"), ENCRYPTED),
    "no password": (encrypted(""), "kept"),
    "an unknown lock": (
        WHOLE.replace(b"/Root", b"/Encrypt << /Filter /Foo >> /Root"),
        ENCRYPTED,
    ),
}


def outcome(content: bytes) -> str:
    """Return `kept`, or the reason for which nothing is."""
    read = read_document(Document("doc-1", "demo", "a.pdf", "application/pdf", content))
    reason = read.document["drop_reason"]
    assert (reason is None) == bool(read.passages)
    assert reason is None or reason in {drop["reason"] for drop in read.drops}
    return reason or "kept"


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_has_its_reason_or_its_text(name):
    content, expected = FILES[name]
    found = outcome(content)
    # Where no reading is more right than another, any reason will do.
    assert found == expected or (expected is None and found.startswith(("unreadable-pdf", "kept")))


@pytest.mark.slow
@pytest.mark.parametrize("copies", [2, 10])
def test_forms_that_draw_themselves_end_the_reader_only(copies):
    draws = stream(b"/X Do " * copies, FORM % 6)
    found = outcome(page(stream(b"/X Do"), draws, more=b"/XObject << /X 6 0 R >>"))
    assert found.startswith("unreadable-")
