"""The text of a message, out of its parts."""

import base64
import quopri
from collections.abc import Callable

import pytest

from infrastructure.mail.body import TEXT_LIMIT, read_body
from infrastructure.mail.headers import read_head
from infrastructure.mail.parts import PART_FIELDS, content_type


def body_of(raw):
    if isinstance(raw, str):
        raw = raw.encode()
    notes: list[str] = []
    body = read_body(raw, read_head(raw, 0, len(raw), PART_FIELDS), notes)
    return body, notes


def text_of(raw):
    return body_of(raw)[0].text


def multipart(kind, *parts, boundary="B"):
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'
    return f"{head}for old programs\n{inner}--{boundary}--\nafter\n"


PLAIN = "Content-Type: text/plain; charset=utf-8\n\nplain text"
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>html <b>text</b></p>"
PICTURE = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="


def test_a_message_without_a_type_is_plain_text():
    assert text_of("Subject: x\n\n\nHello,\n\nall.  \n\n") == "Hello,\n\nall."


@pytest.mark.parametrize("encoding", ["quoted-printable", "Quoted-Printable", "base64", "8bit"])
def test_transfer_encodings_are_undone(encoding):
    data = "Grüße\n".encode()
    coders: dict[str, Callable[[bytes], bytes]] = {
        "quoted-printable": quopri.encodestring,
        "base64": base64.encodebytes,
        "8bit": bytes,
    }
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"

    assert text_of(head.encode() + coders[encoding.lower()](data)) == "Grüße"


def test_damaged_base64_gives_what_can_be_had_and_says_so():
    body, notes = body_of("Content-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQh\nSGVs bG8\n")

    assert body.text == "Hello world!Hello"
    assert notes == ["body is damaged base64"]


def test_text_that_claims_to_be_base64_stays_text():
    body, notes = body_of("Content-Transfer-Encoding: base64\n\nHello, how are you?\n")

    assert body.text == "Hello, how are you?"
    assert notes == ["body says it is base64 and isn't"]


def test_damaged_quoted_printable_keeps_its_text():
    head = "Content-Transfer-Encoding: quoted-printable\n\n"

    assert text_of(head + "100 =% of =ZZ and =") == "100 =% of =ZZ and"


def test_of_alternatives_the_plain_one_is_shown_whatever_their_order():
    assert text_of(multipart("alternative", PLAIN, HTML)) == "plain text"
    assert text_of(multipart("alternative", HTML, PLAIN)) == "plain text"


def test_html_is_shown_as_text_if_there_is_nothing_plainer():
    assert text_of(HTML) == "html text"
    assert text_of(multipart("alternative", HTML)) == "html text"


def test_an_empty_plain_alternative_gives_way_to_html():
    assert (
        text_of(multipart("alternative", "Content-Type: text/plain\n\n  \n", HTML)) == "html text"
    )


def test_html_may_name_its_charset_itself():
    raw = b'Content-Type: text/html\n\n<meta charset="iso-8859-2"><p>\xae\xe1k</p>'

    assert text_of(raw) == "Žák"


def test_attachments_are_counted_not_shown():
    attached = "Content-Type: text/plain\nContent-Disposition: attachment\n\nnotes"
    body, _ = body_of(multipart("mixed", PLAIN, PICTURE, attached))

    assert (body.text, body.attachments) == ("plain text", 2)


def test_a_signature_is_no_attachment():
    signature = "Content-Type: application/pgp-signature\n\n-----BEGIN"
    body, _ = body_of(multipart("signed", PLAIN, signature))

    assert (body.text, body.attachments) == ("plain text", 0)


def test_texts_between_pictures_are_all_shown():
    assert text_of(multipart("mixed", PLAIN, PICTURE, PLAIN)) == "plain text\n\nplain text"


def test_parts_nest():
    inner = multipart("alternative", PLAIN, HTML, boundary="INNER")

    assert text_of(multipart("mixed", inner, PICTURE)) == "plain text"
    assert text_of(multipart("related", inner, PICTURE)) == "plain text"


def test_a_part_without_headers_is_plain_text():
    assert text_of(multipart("mixed", "\njust text")) == "just text"


def test_a_missing_last_boundary_loses_nothing():
    assert text_of(multipart("mixed", PLAIN).partition("--B--")[0]) == "plain text"


def test_crlf_between_parts_is_not_text():
    assert text_of(multipart("mixed", PLAIN).replace("\n", "\r\n")) == "plain text"


def test_base64_of_one_line_is_decoded_before_a_crlf_boundary():
    part = "Content-Transfer-Encoding: base64\n\nSGVsbG8="

    assert text_of(multipart("mixed", part).replace("\n", "\r\n")) == "Hello"


@pytest.mark.parametrize("parameter", ["", '; boundary="never seen"'])
def test_a_multipart_without_its_boundary_is_shown_as_it_is(parameter):
    body, notes = body_of(f"Content-Type: multipart/mixed{parameter}\n\nHello.\n")

    assert body.text == "Hello."
    assert notes == ["multipart without its boundary, read as plain text"]


def test_a_message_that_is_one_file_has_no_text():
    body, _ = body_of(PICTURE)

    assert (body.text, body.attachments) == ("", 1)


def test_long_texts_are_cut_and_say_so():
    body, _ = body_of("Subject: x\n\n" + "word " * 10_000)

    assert len(body.text) <= TEXT_LIMIT
    assert body.truncated
    assert not body_of(PLAIN)[0].truncated


def test_an_undecodable_charset_is_noted_once():
    part = b"Content-Type: text/plain; charset=us-ascii\n\nGr\xfc\xdfe"
    raw = (
        b"Content-Type: multipart/mixed; boundary=B\n\n" + (b"--B\n" + part + b"\n") * 3 + b"--B--"
    )

    assert body_of(raw)[1] == ["body not in its declared charset 'us-ascii'"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ("text/plain", "", "")),
        ("text", ("text/plain", "", "")),
        ('TEXT/HTML; Charset="UTF-8"', ("text/html", "UTF-8", "")),
        ("text/plain; charset*=utf-8'en'koi8-r", ("text/plain", "koi8-r", "")),
        ("multipart/mixed; boundary=a b", ("multipart/mixed", "", "a b")),
        ("multipart/mixed; boundary*0=a; boundary*1=b", ("multipart/mixed", "", "ab")),
        ("text/plain; charset", ("text/plain", "", "")),
    ],
)
def test_content_types_as_programs_write_them(value, expected):
    assert content_type(value)[:3] == expected
