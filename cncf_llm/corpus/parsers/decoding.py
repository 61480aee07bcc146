"""Bytes to clean text, with the limits that every text format shares."""

import codecs
import re

from cncf_llm.corpus.parsers.blocks import Unreadable

MAX_TEXT_BYTES = 10_000_000
MAX_LINES = 300_000  # what a parser makes of a line may take 2 KB; a year's change log has 50,000
MAX_LINE = 200_000  # characters; hand-written documentation has none near this

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FALLBACK = "windows-1252"
_DAMAGE = re.compile("\ufffd|[ÂÃ][¡-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|â„¢|ï»¿|ðŸ")
# Control characters except tab and newline; invisible ones that only confuse readers, such as marks
# that turn the reading direction; and halves of surrogate pairs, which no encoding can write.
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u200b\u200e\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def decode(content: bytes, *, max_line: int | None = MAX_LINE) -> str:
    """Return the text of a file: newlines as `\\n`, no control characters.

    A byte order mark decides the encoding; without one it is UTF-8, and what is not valid UTF-8 is
    read as Windows-1252 (of which Latin-1 text is nearly always a part). Raises `Unreadable` for
    files that are too large, have a line longer than `max_line`, or are not text.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise Unreadable("unreadable-too-large", f"{len(content)} bytes, limit {MAX_TEXT_BYTES}")
    text = _decode_bytes(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u00a0", " ")
    text = CONTROL.sub("", text)
    if max_line is not None and (lines := text.count("\n")) > MAX_LINES:
        raise Unreadable("unreadable-too-many-lines", f"{lines} lines, limit {MAX_LINES}")
    if max_line is not None and len(text) > max_line:
        longest = max(len(line) for line in text.split("\n"))
        if longest > max_line:
            raise Unreadable("unreadable-line-too-long", f"{longest} characters, limit {max_line}")
    return text


def encoding_of(content: bytes) -> str:
    """Return the encoding that `decode` reads content in: by its byte order mark, or by trial."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding
    if wide := _wide(content):
        return wide
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _FALLBACK
    return "utf-8"


def is_damaged(text: str) -> bool:
    """Judge whether a text was decoded wrongly, here or before it was written.

    It has the replacement character U+FFFD, or UTF-8 read as Windows-1252: a letter with a mark
    that stands for the first of two or three bytes, and a sign for the next, as in "cafÃ©".
    """
    return not text.isascii() and _DAMAGE.search(text) is not None


def _wide(content: bytes) -> str | None:
    """Return the UTF-16 that a file without a mark is in: every other byte of English is NUL."""
    if b"\0" not in content[:16]:
        return None
    even, odd = content[:8192:2], content[1:8192:2]
    for wide, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        letters = sum(32 <= byte < 127 or 9 <= byte <= 13 for byte in low)
        if len(high) > 8 and min(high.count(0), letters) * 10 > len(high) * 9:
            return wide
    return None


def _decode_bytes(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    if wide := _wide(content):
        return content.decode(wide, errors="replace")
    head = content[:8192]
    if head.count(0) * 10 > len(head):
        raise Unreadable("unreadable-binary", "more than a tenth of the bytes are NUL")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    odd = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if odd * 20 > len(head):
        raise Unreadable("unreadable-binary", "more than a twentieth are control characters")
    return content.decode(_FALLBACK, errors="replace")
