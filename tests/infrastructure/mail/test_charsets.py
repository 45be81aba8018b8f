"""Text out of bytes under true, false and missing labels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.mail.charsets import codec_of, decode


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Grüße", "utf-8"),
        ("Grüße", "ISO-8859-1"),
        ("Žluťoučký", "iso-8859-2"),
        ("Привет", "koi8-r"),
        ("こんにちは", "iso-2022-jp"),
        ("こんにちは", "Shift_JIS"),
        ("안녕하세요", "ks_c_5601-1987"),
        ("Grüße\n", "utf-16"),
        ("Grüße", "utf-7"),
    ],
)
def test_a_true_label_is_followed(text, charset):
    data = text.encode("cp949" if charset.startswith("ks_c") else charset)

    assert decode(data, charset) == (text, "")


def test_windows_quotes_under_a_latin_label_are_quotes():
    assert decode(b"\x93Hi\x94", "iso-8859-1") == ("“Hi”", "")


def test_newer_characters_under_a_gb2312_label_are_read():
    assert decode("镕".encode("gbk"), "gb2312") == ("镕", "")


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "x-unknown", ""])
def test_utf8_is_recognised_under_any_latin_label(charset):
    text, odd = decode("Grüße".encode(), charset)

    assert text == "Grüße"
    assert odd


def test_eight_bit_without_a_usable_label_is_read_as_windows_latin():
    assert decode(b"Gr\xfc\xdfe", "us-ascii") == ("Grüße", "not in its declared charset 'us-ascii'")
    assert decode(b"Gr\xfc\xdfe") == ("Grüße", "8-bit characters without a charset")
    assert decode(b"Gr\xfc\xdfe", "x-user-defined")[0] == "Grüße"


def test_latin_under_a_utf8_label_is_read_as_latin():
    assert decode(b"Gr\xfc\xdfe", "utf-8")[0] == "Grüße"


def test_one_damaged_spot_in_utf8_spoils_only_itself():
    assert decode("Grüße ".encode() + b"\xff!", "utf-8")[0] == "Grüße \ufffd!"


def test_ascii_under_a_utf16_label_is_ascii():
    assert decode(b"plain", "utf-16")[0] == "plain"


@pytest.mark.parametrize(
    "charset", ["rot13", "base64", "zlib", "idna", "unicode_escape", "../x", ""]
)
def test_codecs_that_are_no_charsets_are_not_used(charset):
    assert codec_of(charset) is None


def test_line_ends_become_one_kind():
    assert decode(b"a\r\nb\rc\n")[0] == "a\nb\nc\n"
    assert decode("ä\r\nb".encode(), "utf-8")[0] == "ä\nb"


@settings(deadline=None)
@given(
    st.binary(), st.sampled_from(["", "utf-8", "latin-1", "utf-7", "utf-16", "big5", "hz", "no"])
)
def test_any_bytes_give_text_that_can_be_stored(data, charset):
    text, _ = decode(data, charset)

    assert "\0" not in text
    text.encode("utf-8")
