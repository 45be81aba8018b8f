"""Mails that other programs are known to get wrong, each reduced to its kind."""

import base64
from datetime import UTC, datetime

import pytest

from infrastructure.mail.message import MailFacts, UnreadableMail, read_message
from infrastructure.mail.reading import read_mbox

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
ME = frozenset({"me@example.org"})
HEAD = (
    "From: Kim Ode <kim@shop.example>\nTo: me@example.org\nSubject: Order\n"
    "Date: Mon, 8 Jan 2024 10:00:00 +0100\nMessage-ID: <%s@shop.example>\n"
)


def mail(rest, identity="a"):
    return (HEAD % identity + rest).encode()


def read(raw):
    facts = read_message(raw, ME, NOW)
    assert isinstance(facts, MailFacts), facts
    return facts


def alternative(*parts):
    body = "".join(f"--B\n{part}\n" for part in parts)
    return mail(f"Content-Type: multipart/alternative; boundary=B\n\n{body}--B--\n")


HTML = "Content-Type: text/html\n\n<p>Ten chairs.</p>"
BLANKS = {
    "base64": "Content-Transfer-Encoding: base64\n\nDQo=",
    "quoted-printable": "Content-Transfer-Encoding: quoted-printable\n\n=20=0D=0A=\n",
    "no-break space": "Content-Type: text/plain; charset=utf-8\n\n\u00a0\n",
    "zero width": "Content-Type: text/plain; charset=utf-8\n\n\u200b\ufeff\n",
    "nested": "Content-Type: multipart/mixed; boundary=C\n\n--C\n\n\n--C--",
}


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS.keys())
def test_a_plain_form_that_is_blank_once_decoded_gives_way_to_html(blank):
    assert read(alternative(blank, HTML)).text == "Ten chairs."
    assert read(alternative(HTML, blank)).text == "Ten chairs."


def test_blank_alternatives_leave_no_text():
    assert (
        read(alternative(BLANKS["base64"], "Content-Type: text/html\n\n<p>&nbsp;</p>")).text == ""
    )


def test_a_plain_form_is_shown_without_decoding_its_html(monkeypatch):
    monkeypatch.setattr("infrastructure.mail.body.text_of", lambda _: pytest.fail("decoded"))

    assert read(alternative(HTML, "Content-Type: text/plain\n\nTen chairs")).text == "Ten chairs"


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n", b"\r\r\n"])
def test_every_line_end_ends_a_field(line_end):
    lf = mail("Cc: lee@shop.example\n\nTen chairs.\nTwo tables.\n")

    assert read(lf.replace(b"\n", line_end)).text == read(lf).text
    assert read(lf.replace(b"\n", line_end)).participants == read(lf).participants


def test_parts_are_found_between_cr_alone():
    assert read(alternative(HTML).replace(b"\n", b"\r")).text == "Ten chairs."


def test_a_cr_in_a_binary_body_stays():
    head = "Content-Type: text/plain; charset=utf-16-le\nContent-Transfer-Encoding: binary\r\n\r\n"

    assert read(mail(head) + "čaj\r\nkáva".encode("utf-16-le")).text == "čaj\nkáva"


def test_a_mail_named_before_lone_crs_ended_lines_keeps_that_name_as_a_former_one():
    lf = mail("\nTen chairs.\n")
    cr = b"From x@y Mon Jan  8 10:00:00 2024\n" + lf.replace(b"\n", b"\r") + b"\n\n"

    assert read(cr).message_id == "a@shop.example"
    assert read(cr).former_id == (
        "sha256:58e16017f33af69476b7059ed0f81f99ab35fe8af4318d9e661e11410c84b5c1"
    )
    assert read(lf).former_id is None
    assert read(lf.replace(b"chairs", b"chairs\rand")).former_id is None


def test_a_mail_without_an_id_keeps_the_one_made_before_lone_crs_ended_lines():
    raw = b"From: kim@shop.example\nSubject: a\rb\n\nTen\rchairs.\n"

    assert read(raw).message_id == (
        "sha256:3484e9f51c29f6a9992d0a506259551379e3e12414aa3719a585b4b3abfc8979"
    )


def test_flowed_lines_are_joined_and_a_signature_starts_a_line():
    text = "We order \nten chairs.\n>> When \n>> then?\n> Soon.\n From you.\n-- \nKim\n"
    head = "Content-Type: text/plain; format=flowed\n\n"

    assert read(mail(head + text)).text == (
        "We order ten chairs.\n>> When then?\n> Soon.\nFrom you.\n-- \nKim"
    )


def test_the_space_of_a_flowed_line_is_deleted_if_the_sender_says_so():
    head = 'Content-Type: text/plain; Format="Flowed"; DelSp=Yes\n\n'

    assert read(mail(head + "Ten Pols \nterstühle.\n")).text == "Ten Polsterstühle."
    assert read(mail("\nTen Pols \nterstühle.\n")).text == "Ten Pols \nterstühle."


FORWARDED = "Content-Type: message/rfc822\n\nFrom: lee@shop.example\n\nTen chairs, said Lee.\n"


def test_a_mail_that_only_forwards_another_has_the_text_of_that_one():
    facts = read(mail(f"Content-Type: multipart/mixed; boundary=B\n\n--B\n{FORWARDED}--B--\n"))

    assert (facts.text, facts.attachments) == ("Ten chairs, said Lee.", 1)
    assert facts.notes == ("text taken from a forwarded message",)
    assert read(mail(FORWARDED)).text == "Ten chairs, said Lee."


def test_a_forwarded_mail_may_be_encoded_forward_another_or_be_of_a_digest():
    inner = base64.b64encode(f"Subject: x\n{FORWARDED}".encode()).decode()
    encoded = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}\n"
    digest = "Content-Type: multipart/digest; boundary=B\n\n--B\n\nSubject: x\n\nTen.\n"

    assert read(mail(encoded)).text == "Ten chairs, said Lee."
    assert read(mail(f"{digest}--B\n\nSubject: y\n\nTwo.\n--B--\n")).text == "Ten.\n\nTwo."


def test_a_forwarded_mail_may_begin_with_a_from_line():
    line = "From lee@shop.example Mon Jan  8 10:00:00 2024\n"

    assert read(mail(FORWARDED.replace("\n\n", f"\n\n{line}", 1))).text == "Ten chairs, said Lee."


def test_a_forwarded_mail_below_a_text_is_an_attachment():
    parts = f"--B\n\nSee below.\n--B\n{FORWARDED}--B--\n"
    facts = read(mail(f"Content-Type: multipart/mixed; boundary=B\n\n{parts}"))

    assert (facts.text, facts.attachments, facts.notes) == ("See below.", 1, ())


@pytest.mark.parametrize(
    ("rest", "note"),
    [
        ("Content-Type: multipart/mixed; boundary=B\n\n--B\n\nTen ch", "last boundary missing: "),
        ("Content-Transfer-Encoding: base64\n\nVGVuIGNoYWly\ncw", "body is damaged base64"),
        ("Content-Transfer-Encoding: quoted-printable\n\nTen=2", "body is damaged quoted-"),
        ("X-Cut: sho", "ends in its header"),
    ],
)
def test_a_mail_that_was_cut_short_says_so(rest, note):
    (found,) = read(mail(rest)).notes

    assert found.startswith(note)


def test_text_cut_by_a_bound_is_no_damage():
    packed = base64.encodebytes(b"chairs " * 60_000).decode()
    facts = read(mail(f"Content-Transfer-Encoding: base64\n\n{packed}"))

    assert (facts.truncated, facts.notes) == (True, ())


def test_base64_in_pieces_with_padding_of_their_own_is_read_to_its_end():
    packed = base64.b64encode(b"Ten ").decode() + "\n" + base64.b64encode(b"chairs").decode()
    facts = read(mail(f"Content-Transfer-Encoding: base64\n\n{packed}\n"))

    assert (facts.text, facts.notes) == ("Ten chairs", ())


def test_subjects_and_references_beyond_their_bounds_are_noted():
    references = "".join(f" <{n}@x>" for n in range(200))
    raw = mail(f"References:{references}\n\n").replace(b"Order", b"Order " * 300)

    assert read(raw).notes == (
        "subject longer than 1,000 characters, the rest not kept",
        "200 references, of which 100 are kept",
    )


@pytest.mark.parametrize("label", ["Drafts", "=?utf-8?q?Entw=C3=BCrfe?=", "下書き", "BROUILLONS"])
def test_a_draft_is_known_by_its_label_in_many_languages(label):
    found = read_message(mail(f"X-Gmail-Labels: Project,{label}\n\n"), ME, NOW)

    assert isinstance(found, UnreadableMail)
    assert found.reason == "a draft that was never sent"


def test_a_label_in_quotes_may_hold_commas_and_quotes():
    raw = mail('X-Gmail-Labels: Inbox,"Chairs, tables","say ""ten""",  Opened,"half\n\n')

    assert read(raw).labels == ("Inbox", "Chairs, tables", 'say "ten"', "Opened", '"half')


FROM_LINE = b"From kim@shop.example Mon Jan  8 10:00:00 2024\n"


def test_a_from_line_right_below_a_text_begins_a_message_and_says_so(tmp_path):
    path = tmp_path / "box"
    path.write_bytes(FROM_LINE + mail("\nTen.\n") + FROM_LINE + mail("\nTwo.\n", "b"))

    first, second = read_mbox(path, ME, NOW)

    assert isinstance(first, MailFacts)
    assert isinstance(second, MailFacts)
    assert (first.text, first.notes) == ("Ten.", ())
    assert (second.text, second.notes) == ("Two.", ("no empty line before its From line",))


@pytest.mark.parametrize(
    "line",
    ["From here it gets better", "From: Lee", "From kim Mon Jan  8 10:00:00 2024\nis quoted"],
)
def test_a_text_that_reads_like_half_a_from_line_begins_no_message(tmp_path, line):
    path = tmp_path / "box"
    path.write_bytes(FROM_LINE + mail(f"\nTen.\n{line}\n"))

    (only,) = read_mbox(path, ME, NOW)

    assert isinstance(only, MailFacts)
    assert only.text == f"Ten.\n{line}"


def test_a_mailbox_whose_lines_end_in_cr_alone_is_read(tmp_path):
    data = FROM_LINE + mail("\nTen.\n\n") + FROM_LINE + mail("\nTwo.\n", "b")
    path = tmp_path / "box"
    path.write_bytes(data.replace(b"\n", b"\r"))

    texts = [facts.text for facts in read_mbox(path, ME, NOW) if isinstance(facts, MailFacts)]
    assert texts == ["Ten.", "Two."]
