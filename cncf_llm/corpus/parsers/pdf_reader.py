"""The process that reads one PDF: bytes on stdin, JSON on stdout. Started by `pdf.py`.

Run as a file, not as a module, so that it starts fast and its memory is the PDF's alone.
"""

import io
import json
import logging
import resource
import sys


def main(seconds: int, memory_bytes: int, max_pages: int) -> dict:
    """Return title, outline, page texts and page count, or reason and detail of what is wrong."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError, PyPdfError

    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return _wrong("unreadable-pdf-encrypted", "it needs a password")
        count = len(reader.pages)
        pages = [reader.pages[number].extract_text() for number in range(min(count, max_pages))]
    except MemoryError:
        return _wrong("unreadable-memory-limit", f"PDF needs more than {memory_bytes} bytes")
    except RecursionError:
        return _wrong("unreadable-nested-too-deep", "PDF objects deeper than the reader can go")
    except LimitReachedError as error:
        return _wrong("unreadable-memory-limit", str(error))
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OSError,
        AssertionError,
        NotImplementedError,
        ZeroDivisionError,
        OverflowError,
    ) as error:
        return _wrong("unreadable-pdf-damaged", f"{type(error).__name__}: {error}"[:300])
    except ImportError as error:  # pypdf decrypts AES only with another library
        return _wrong("unreadable-pdf-encrypted", str(error))
    return {
        "title": _title(reader),
        "outline": _outline(reader),
        "pages": pages,
        "page_count": count,
    }


def _wrong(reason: str, detail: str) -> dict:
    return {"reason": reason, "detail": detail}


def _title(reader) -> str:
    from pypdf.errors import PyPdfError

    try:
        title = reader.metadata.title if reader.metadata else None
    except (PyPdfError, ValueError, TypeError, AttributeError):
        return ""  # damaged metadata: the text is what counts
    words = str(title or "").split()
    made_by_tools = not words or any(mark in words[0] for mark in (".doc", ".pdf", "Untitled", "/"))
    return "" if made_by_tools or words[0] in ("Microsoft", "PowerPoint") else " ".join(words)


def _outline(reader) -> list[list]:
    """Return [level, title] of each bookmark, or none where the outline is damaged."""
    from pypdf.errors import PyPdfError

    found: list[list] = []

    def collect(entries, level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                collect(entry, level + 1)
            elif entry.title:
                found.append([min(level, 6), str(entry.title)])

    try:
        collect(reader.outline, 1)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []  # damaged bookmarks: the text is what counts
    return found


if __name__ == "__main__":
    answer = main(*(int(argument) for argument in sys.argv[1:4]))
    text = json.dumps(answer, ensure_ascii=True)
    sys.stdout.write(text)
