"""Small PDF files, written by hand."""

import base64
import zlib

# The page "Secret.", encrypted with RC4 under a password.
ENCRYPTED = zlib.decompress(
    base64.b64decode(
        "eNqNU7tu1EAU7aekpBqKpQLm/bBwVii72RCRkCiBFCCKsed6s2ixI3sWJXwAZYRExWfQUNEhaorQIiRoI0qg"
        "ZOy8ViwFtouZc8895+rourc1HN1ktwTqffv+6RgxTHGVPUVpisiDw33AZOCCm1ZjRLbcGBrMI2Eb9fsISt8S"
        "+UJDx0Pk3sQ3+DEWLR8/QWRQzcqA2Vyr+Gdra1RDpJ46kW1oqlmdR+uWN6pipTswLM9HiR/ZAD9xy9VBtKTx"
        "1Yxjk/BT4zJEvQarv0aXC/6tOiI7syx01xZkiCy7BjpfchemzyFMcjenouZU1qEchz0sTVtvQg3uGaKfPy6t"
        "/vyx9vXdy6P1L/rR7et76eCIn1z5cPXV7tsb1+7/vnO88X7rZJi++bX0WrWyZ51nBnrOYBfzmAgWF1aM2xgY"
        "ljyRiTY8ieXRZBqgxmQnuNK72iOyiVNJbSZMlheMe2eN8KbgVtJC5CxLmHGUi0QzD17mlmnphQWpIdFKgdbG"
        "qJjwQ5yCZdJlliWGgpB5pDgrOC10pjxlmec2KyQokGCUdTIKURrvuigKRxm1/bncDmooEMUG0YsHRzuhcIEv"
        "MBbT7SrlJablAsa4WMC4YguY4IuYZPYSC7WbTKHust6ZvIA4Htmuqri3p8u4Noz7lXrDpc8TBsxS6nUe/XOn"
        "lSzAFlZlpv8/lLiZK2VeH+4HrM8XswmuDl0wWsQ/sreyOUJ/AO1S+tc="
    )
)


def pdf(*pages: list[str]) -> bytes:
    """Return a PDF with one page per list of lines."""
    return drawn_pdf(*("".join(f"({line}) Tj 0 -14 Td " for line in lines) for lines in pages))


def drawn_pdf(*pages: str) -> bytes:
    """Return a PDF of pages that these text operators draw. F1 is Helvetica, F2 Courier."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(
        b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> "
        b"/F2 << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >>"
    )
    for number, shown in enumerate(pages):
        stream = f"BT /F1 12 Tf 40 700 Td {shown} ET".encode("latin-1")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /Resources << /Font 3 0 R >> "
            b"/MediaBox [0 0 612 792] /Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
