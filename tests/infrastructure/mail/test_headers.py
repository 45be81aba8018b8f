"""Header fields and encoded words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.mail.headers import decode_words, from_base64, read_head

WANTED = frozenset({"subject", "to"})


def head_of(raw):
    return read_head(raw, 0, len(raw), WANTED)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_folded_fields_are_one_value(line_end):
    raw = b"Subject: one\n\ttwo\n  three\nTo: a@x.org\n\nbody".replace(b"\n", line_end)

    head = head_of(raw)

    assert head.fields == {"subject": ["one two three"], "to": ["a@x.org"]}
    assert raw[head.body :] == b"body"


def test_names_match_in_any_case_and_with_space_before_the_colon():
    assert head_of(b"SUBJECT : x\n\n").first("subject") == "x"


def test_the_first_value_that_says_anything_counts():
    assert head_of(b"Subject:\nSubject: x\n\n").first("subject") == "x"


def test_a_line_without_a_name_spoils_no_other():
    head = head_of(b"broken line\nSubject: x\n\nbody")

    assert head.first("subject") == "x"
    assert head.oddities == ["header lines without a field name"]


def test_without_an_empty_line_the_body_starts_where_the_fields_end():
    raw = b"Subject: x\nHello there,\nhow are you?\n"
    head = head_of(raw)

    assert head.first("subject") == "x"
    assert raw[head.body :] == b"Hello there,\nhow are you?\n"


def test_raw_eight_bit_is_read_and_said():
    head = head_of("Subject: Grüße\nTo: ok@x.org\n\n".encode())

    assert head.first("subject") == "Grüße"
    assert head.oddities == ["subject: 8-bit characters without a charset"]


def test_control_characters_never_get_in():
    assert head_of(b"Subject: a\0b\x07c\n\n").first("subject") == "abc"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe_an_alle?=", "Grüße an alle"),
        ("=?UTF-8?b?R3LDvMOfZQ==?= an alle", "Grüße an alle"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b", "a b"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),  # cut in the middle of a character
        ("=?utf-8?B?R3LD?=\n =?utf-8?B?vMOfZQ==?=", "Grüße"),
        ("=?utf-8?q?with spaces inside?=", "with spaces inside"),
        ("=?iso-8859-1*de?q?Gr=FC=DFe?=", "Grüße"),
        ("=?x-nonsense?q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),  # padding lost
        ("=?utf-8?x?not encoded?=", "=?utf-8?x?not encoded?="),
        ("2 =? 3", "2 =? 3"),
    ],
)
def test_encoded_words_are_decoded_also_broken_ones(value, text):
    assert decode_words(value) == text


def test_damaged_base64_gives_what_can_be_had():
    assert from_base64(b"SGVsbG8=") == (b"Hello", True)
    assert from_base64(b"SGVsbG8") == (b"Hello", False)
    assert from_base64(b"SGVsbG8gd29ybGQh\nS") == (b"Hello world!", False)


@settings(deadline=None)
@given(st.text())
def test_no_value_raises(value):
    decode_words("=?utf-8?q?" + value + "?= =?gb2312?b?" + value + "?=")


@settings(deadline=None)
@given(st.binary())
def test_no_head_raises(raw):
    head = head_of(b"Subject:" + raw)

    assert 0 <= head.body <= len(raw) + 8
