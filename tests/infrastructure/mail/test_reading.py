"""A whole mailbox, and bytes nobody foresaw."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.mail import mbox
from infrastructure.mail.message import MailFacts, UnreadableMail, read_message
from infrastructure.mail.reading import read_mbox

NOW = datetime(2024, 5, 1, tzinfo=UTC)
ME = frozenset({"me@example.org"})
GOOD = b"From a Mon Apr  1 10:00:00 2024\nFrom: ann@example.org\nMessage-ID: <1@x>\n\nHello.\n\n"
NAMELESS = b"From b Mon Apr  1 10:00:00 2024\nSubject: who?\n\nHello.\n\n"


def test_every_message_is_a_fact_or_a_reason_with_its_place(tmp_path):
    path = tmp_path / "box"
    path.write_bytes(GOOD + NAMELESS + GOOD)

    first, second, third = read_mbox(path, ME, NOW)

    assert isinstance(first, MailFacts)
    assert second == UnreadableMail("no sender", "who?", ordinal=2, offset=len(GOOD))
    assert third == first


def test_replies_are_threaded_across_the_mailbox(tmp_path):
    replies = [
        GOOD.replace(b"<1@x>", b"<%d@x>\nIn-Reply-To: <%d@x>" % (n, n - 1)) for n in range(2, 5)
    ]
    path = tmp_path / "box"
    path.write_bytes(b"".join([GOOD, *replies]))

    threads = [
        facts.thread_id for facts in read_mbox(path, ME, NOW) if isinstance(facts, MailFacts)
    ]
    assert threads == ["1@x"] * 4


def test_an_oversized_message_is_listed_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "MESSAGE_LIMIT", 1_000)
    path = tmp_path / "box"
    path.write_bytes(GOOD + GOOD.replace(b"Hello.", b"word " * 1_000) + GOOD)

    _, big, last = read_mbox(path, ME, NOW)

    assert isinstance(big, UnreadableMail)
    assert big.reason.startswith("larger than")
    assert big.ordinal == 2
    assert isinstance(last, MailFacts)


def survives(raw):
    facts = read_message(raw, ME, NOW)
    if isinstance(facts, UnreadableMail):
        assert not facts.reason.startswith("kith failed"), facts
        texts = [facts.reason, facts.subject]
    else:
        people = [facts.correspondent, *facts.participants]
        texts = [facts.message_id, facts.thread_id, facts.subject, facts.text, *facts.notes]
        texts += [*facts.references, *facts.labels, facts.in_reply_to or ""]
        texts += [text for person in people for text in (person.email, person.name or "")]
        assert facts.date <= NOW
    for text in texts:
        assert "\0" not in text
        text.encode("utf-8")  # no lone surrogates


@settings(deadline=None)
@given(st.binary(max_size=500))
def test_no_bytes_raise(raw):
    survives(raw)
    survives(b"From: a@x.org\n" + raw)


FRAGMENTS = [
    b"\n", b"\r\n", b"\n\n", b" ", b"\t", b":", b";", b",", b"<", b">", b'"', b"(", b")", b"=?",
    b"?=", b"\x00", b"\xff", b"\xed\xa0\x80", b"=00", b"=ED=A0=80", b"&#0;", b"&#xD800;",
    b"a@x.org", b"--B", b"From: a@x.org", b"To: ", b"Cc: me@example.org",
    b"Date: Mon, 1 Apr 2024 10:00:00 +0000", b"Date: 1 Jan 9999 23:59:59 -2359",
    b"Message-ID: <1@x>", b"References: <1@x> <2@x>", b"Subject: =?utf-16?b?2AA=?=",
    b"In-Reply-To: <1@x>", b"Received: by x; 1 Apr 2024 10:00 +0000",
    b"Content-Type: multipart/mixed; boundary=B",
    b"Content-Type: multipart/alternative; boundary=B", b"Content-Type: text/html; charset=utf-7",
    b"Content-Type: text/plain; charset*0*=x''%", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable", b"<p>", b"<!--", b"<script>", b"</", b"+2AA-",
    b"X-Gmail-Labels: a,b", b"X-GM-THRID: 12",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=8), max_size=40))
def test_no_mixture_of_mail_raises(pieces):
    survives(b"From: ann@x.org\n" + b"".join(pieces))
    survives(b"From: ann@x.org\n" + b"\n".join(pieces))


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (depth, depth)
    for depth in range(9_000)
)
FLAT = b"Content-Type: multipart/mixed; boundary=B\n\n"


@pytest.mark.parametrize(
    "raw",
    [
        NESTED,
        FLAT + b"--B\n" * 300_000,
        FLAT + b"--B" * 300_000,
        FLAT + b"--B\n\n" + b"--C\n" * 200_000,
        b"To: " + b"(" * 400_000,
        b"To: " + b'"\\' * 200_000,
        b"To: " + b"a@x.org, " * 40_000,
        b"References: " + b"<" * 400_000,
        b"Subject: " + b"=?a?q?" * 70_000,
        b"X: y\n z" * 50_000,
        b"a\n" * 200_000,
        b"Received: by x; Mon\n" * 20_000,
        b"Content-Type: text/html\n\n" + b"<a " * 100_000,
        b"Content-Type: text/plain" + b';";' * 20_000,
        b"\n" + b"\n" * 1_000_000,
        b"\r" * 5_000_000,
        b"\0" + b"\r" * 5_000_000,
        b"\0" + b"x\r\0" * 500_000,
        b"Date: " + b"1:1 " * 60_000,
        b"X-Gmail-Labels: " + b'"a,' * 80_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"AA==\n" * 400_000,
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * 400_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b">a \n" * 400_000,
        b"Content-Type: message/rfc822\n\n" * 100_000,
    ],
    ids=lambda raw: raw[:24].decode(),
)
def test_hostile_mail_takes_no_time(raw):
    started = time.perf_counter()

    survives(b"From: ann@x.org\n" + raw)

    assert time.perf_counter() - started < 30
