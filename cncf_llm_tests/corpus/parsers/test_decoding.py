import pytest

from cncf_llm.corpus.parsers import Unreadable
from cncf_llm.corpus.parsers.decoding import MAX_TEXT_BYTES, decode


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"\xef\xbb\xbfwith a mark", "with a mark"),
        ("größer".encode("utf-16"), "größer"),
        ("größer".encode("utf-16-be").join([b"\xfe\xff", b""]), "größer"),
        ("größer — “so”".encode("cp1252"), "größer — “so”"),
        (b"one\x00two\x07\x1b[0m", "onetwo[0m"),
        ("zero\u200bwidth\u00a0space".encode(), "zerowidth space"),
    ],
)
def test_text_is_decoded_and_cleaned(content, text):
    assert decode(content) == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bytes(range(256)) * 10, "unreadable-binary"),
        (b"\x00\x01" * 1000, "unreadable-binary"),
        (b"x" * 300_000, "unreadable-line-too-long"),
        (b"x\n" * (MAX_TEXT_BYTES // 2 + 1), "unreadable-too-large"),
    ],
)
def test_what_is_no_text_has_its_reason(content, reason):
    with pytest.raises(Unreadable) as caught:
        decode(content)
    assert caught.value.reason == reason
