"""One mail becomes one fact."""

from datetime import UTC, datetime

import pytest

from infrastructure.mail.addresses import Address
from infrastructure.mail.message import MailFacts, UnreadableMail, read_message

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
ME = frozenset({"me@example.org", "me@home.example"})
BASE = {
    "From": "Ann Smith <ann@example.org>",
    "To": "me@example.org",
    "Date": "Mon, 1 Apr 2024 10:00:00 +0200",
    "Message-ID": "<1@example.org>",
    "Subject": "Plans",
}


def mail(body="Hello.\n", **fields):
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in {**BASE, **fields}.items() if value is not None]
    return ("\n".join(lines) + "\n\n" + body).encode()


def read(raw):
    facts = read_message(raw, ME, NOW)
    assert isinstance(facts, MailFacts), facts
    return facts


def emails(people):
    return [person.email for person in people]


def test_a_plain_mail_has_all_its_facts():
    assert read(mail()) == MailFacts(
        message_id="1@example.org",
        date=datetime(2024, 4, 1, 8, tzinfo=UTC),
        date_source="date",
        direction="incoming",
        correspondent=Address("Ann Smith", "ann@example.org"),
        participants=(),
        subject="Plans",
        text="Hello.",
        truncated=False,
        attachments=0,
        thread_id="1@example.org",
        references=(),
        in_reply_to=None,
        labels=(),
        notes=(),
    )


def test_an_incoming_mail_is_with_its_sender_and_others_take_part():
    facts = read(mail(To="Me <ME@example.org>, Bo <bo@x.org>", Cc="cy@x.org, bo@x.org"))

    assert facts.direction == "incoming"
    assert facts.correspondent.email == "ann@example.org"
    assert facts.participants == (Address("Bo", "bo@x.org"), Address(None, "cy@x.org"))


def test_an_outgoing_mail_is_with_its_first_recipient_but_oneself():
    facts = read(mail(From="Me@Example.org", To="me@home.example, bo@x.org, cy@x.org"))

    assert facts.direction == "outgoing"
    assert facts.correspondent.email == "bo@x.org"
    assert emails(facts.participants) == ["cy@x.org"]


@pytest.mark.parametrize("field", ["Cc", "Bcc"])
def test_an_outgoing_mail_without_recipient_is_with_its_first_copy(field):
    facts = read(mail(From="me@example.org", To="undisclosed-recipients:;", **{field: "bo@x.org"}))

    assert facts.correspondent.email == "bo@x.org"


def test_a_mail_to_oneself_is_with_oneself_and_says_so():
    facts = read(mail(From="Me <me@example.org>", To="me@home.example"))

    assert facts.direction == "outgoing"
    assert facts.correspondent == Address("Me", "me@example.org")
    assert facts.participants == ()
    assert facts.notes == ("to oneself",)


def test_an_outgoing_mail_without_readable_recipient_is_noted():
    facts = read(mail(From="me@example.org", To="undisclosed-recipients:;"))

    assert facts.correspondent.email == "me@example.org"
    assert facts.notes == ("to nobody who can be read",)


def test_a_person_named_once_is_known_by_that_name():
    facts = read(mail(To="bo@x.org", Cc="Bo Berg <BO@x.org>"))

    assert facts.participants == (Address("Bo Berg", "bo@x.org"),)


def test_the_sender_is_the_correspondent_without_an_author():
    facts = read(mail(From="MAILER-DAEMON", Sender="bo@x.org"))

    assert facts.correspondent.email == "bo@x.org"
    assert facts.notes == ("from: not an address: 'MAILER-DAEMON'", "sender taken from sender")


def test_a_mail_from_nobody_is_unreadable_with_its_reason():
    assert read_message(mail(From=None), ME, NOW) == UnreadableMail("no sender", "Plans")
    assert read_message(mail(From="Mail System"), ME, NOW) == UnreadableMail(
        "no sender: 'Mail System' is not an address", "Plans"
    )
    assert isinstance(read_message(b"", ME, NOW), UnreadableMail)


def test_addresses_that_cannot_be_read_are_noted():
    assert read(mail(Cc="a@b@c, bo@x.org")).notes == ("cc: not an address: 'a@b@c'",)


def test_very_many_participants_are_cut_and_counted():
    facts = read(mail(Cc=", ".join(f"p{n}@x.org" for n in range(700))))

    assert len(facts.participants) == 500
    assert facts.notes == ("700 participants, of whom 500 are kept",)


def test_the_first_reference_names_the_thread():
    facts = read(mail(References="<0@x> <00@x>", In_Reply_To="<00@x>"))

    assert facts.thread_id == "0@x"
    assert facts.references == ("0@x", "00@x")
    assert facts.in_reply_to == "00@x"


def test_the_parent_names_the_thread_without_references():
    assert read(mail(In_Reply_To="<00@x>")).thread_id == "00@x"


def test_a_persons_address_among_the_references_names_no_thread():
    assert read(mail(References="<ann@example.org> <0@x>")).thread_id == "0@x"


def test_long_references_keep_the_first_and_the_nearest():
    facts = read(mail(References=" ".join(f"<{n}@x>" for n in range(300))))

    assert len(facts.references) == 100
    assert facts.references[0] == "0@x"
    assert facts.references[-1] == "299@x"


def test_gmails_own_thread_wins_and_its_labels_are_kept():
    labels = "=?UTF-8?Q?Gepr=C3=BCft,Inbox?="
    facts = read(mail(X_GM_THRID="1790", References="<0@x>", X_Gmail_Labels=labels))

    assert facts.thread_id == "gmail:1790"
    assert facts.labels == ("Geprüft", "Inbox")


def test_a_draft_was_never_sent():
    read_draft = read_message(mail(X_Gmail_Labels="Important,Drafts"), ME, NOW)

    assert read_draft == UnreadableMail("a draft that was never sent", "Plans")


def test_a_mail_without_an_id_gets_one_and_says_so():
    raw = mail(Message_ID=None)
    facts = read(raw)

    assert facts.message_id.startswith("sha256:")
    assert facts.thread_id == facts.message_id
    assert facts.notes == ("no message id",)
    assert read(b"From x Mon Apr  1 10:00:00 2024\n" + raw).message_id == facts.message_id
    assert read(raw.replace(b"\n", b"\r\n")).message_id == facts.message_id


def test_the_envelope_dates_a_mail_that_has_no_date():
    facts = read(b"From ann@x.org Mon Apr  1 10:00:00 2024\n" + mail(Date=None))

    assert facts.date == datetime(2024, 4, 1, 10, tzinfo=UTC)
    assert facts.date_source == "envelope"


def test_a_date_in_the_future_gives_way_to_the_newest_received():
    received = "from a by b; Tue, 2 Apr 2024 10:00:00 +0000"
    facts = read(mail(Date="Tue, 1 Jan 2041 00:00:00 +0000", Received=received))

    assert facts.date == datetime(2024, 4, 2, 10, tzinfo=UTC)
    assert facts.date_source == "received"
    assert facts.notes == ("date is in the future: 'Tue, 1 Jan 2041 00:00:00 +0000'",)


def test_subjects_are_decoded_and_on_one_line():
    assert read(mail(Subject="=?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n  an\talle")).subject == "Grüße an alle"
    assert read(mail(Subject=None)).subject == ""
    assert read(mail(Subject="=?utf-8?Q?a=00b=0Ac?=")).subject == "ab c"


def test_oddities_stand_in_the_notes():
    assert read(mail(body="Grüße")).notes == ("body 8-bit characters without a charset",)
