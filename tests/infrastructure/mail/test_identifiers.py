"""Message ids, their stand-ins, and whom a reply answers."""

import time

import pytest

from infrastructure.mail.identifiers import ids_in, message_id, parent_id

PEOPLE = frozenset({"ann@example.org"})


def made(raw):
    body = raw.index(b"\n\n") + 2
    return message_id([], raw, 0, body, [])


def test_an_id_loses_its_brackets_and_spaces():
    notes: list[str] = []

    assert message_id(["  <a.1@x.org> "], b"", 0, 0, notes) == "a.1@x.org"
    assert message_id(["<a.1@x.o rg>"], b"", 0, 0, notes) == "a.1@x.org"
    assert message_id(["a.1@x.org"], b"", 0, 0, notes) == "a.1@x.org"
    assert notes == []


def test_of_two_ids_the_first_counts_and_it_is_said():
    notes: list[str] = []

    assert message_id(["<a@x>", "<b@x>"], b"", 0, 0, notes) == "a@x"
    assert notes == ["more than one message id"]


@pytest.mark.parametrize("values", [[], [""], ["<>"], ["none"]])
def test_a_mail_without_an_id_gets_one_from_its_bytes(values):
    notes: list[str] = []

    identifier = message_id(values, b"Subject: x\n\nHello.\n", 0, 12, notes)

    assert identifier.startswith("sha256:")
    assert identifier == made(b"Subject: x\n\nHello.\n")
    assert len(notes) == 1


def test_a_made_id_survives_what_mail_programs_change():
    plain = made(b"Subject: x\n\nHello.\n")

    assert made(b"Subject: x\nStatus: RO\nX-Gmail-Labels: a,\n b\n\nHello.\n\n") == plain
    assert made(b"Subject: x\n\nHello!\n") != plain
    assert made(b"Subject: y\n\nHello.\n") != plain


def test_an_endless_id_is_replaced_by_its_hash():
    (identifier,) = ids_in("<" + "a" * 5_000 + "@x>")

    assert identifier.startswith("sha256:")


def test_references_are_read_with_and_without_brackets():
    assert ids_in("<a@x> <b@x>,<c@x>") == ["a@x", "b@x", "c@x"]
    assert ids_in("a@x and b@x") == ["a@x", "b@x"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<1@x>", "1@x"),
        ("1@x", "1@x"),
        ("<1@x>; from bo@example.org on Monday", "1@x"),
        ('<1@x> (Bo\'s message of "Tue, 27 Aug")', "1@x"),
        ('Message from Bo <bo@example.org> of "Mon." <1@x>', "1@x"),
        ('Message from bo@example.org of "Mon." <1@x>', "1@x"),
        ("Message from Bo <bo@example.org> <1@x> .", "1@x"),
        ('Your message of "Mon." <1@x>', "1@x"),
        ("message-id <1@x> of Monday", "1@x"),
        ("<ann@example.org> <1@x>", "1@x"),
        ("<1@x> <2@x>", "1@x"),
        ("Ann's message of Monday", None),
        ('Bo <bo@example.org> "Re: plans" (Monday)', None),
        ("Ann <ann@example.org>", None),
        ("", None),
    ],
)
def test_a_reply_answers_its_in_reply_to_or_last_reference(value, expected):
    assert parent_id(value, PEOPLE) == expected


@pytest.mark.parametrize("name", [b"X-Mozilla-", b"Status", b"X-IMAP"])
def test_the_lines_that_mailboxes_change_are_looked_through_once(name: bytes):
    raw = name + b" " * 500_000 + b"\n\n"
    began = time.process_time()
    made(raw)
    assert time.process_time() - began < 5.0  # again for each blank, this would take minutes
