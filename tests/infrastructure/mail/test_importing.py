"""A mailbox becomes contacts and interactions, once."""

import asyncio
import gzip
from dataclasses import replace
from uuid import uuid4

import pytest

from application.contacts import (
    AddContact,
    ChangeContactDetails,
    RemoveContact,
    RestoreContact,
    add_contact,
    change_contact_details,
    remove_contact,
    restore_contact,
)
from application.interactions import DeleteInteraction, delete_interaction
from application.mail import correspondent_id, mail_id
from domain.contact import Details
from infrastructure.append import group_commit
from infrastructure.mail.importing import MailImport
from infrastructure.mail.mbox import MailboxError
from infrastructure.mail.message import MailFacts
from infrastructure.mail.reading import read_mbox
from tests.infrastructure.mail.mailbox import ME, NOW, desk, mail, mailbox, numbered

pytestmark = pytest.mark.anyio

UNSENT = b"From - Mon Apr  1 10:00:00 2024\nSubject: who?\n\nNobody sent this.\n\n"


@pytest.fixture
async def here(module_database):
    """A desk of a tenant of its own."""
    async with desk(module_database) as it:
        yield it


async def test_a_mail_is_an_email_of_its_correspondent_with_its_conversation(here, tmp_path):
    first = mail("1@x", subject="Lunch?", text="Tomorrow?", date="Mon, 1 Apr 2024 10:00:00 +0200")
    later = "Mon, 1 Apr 2024 11:00:00 +0200"
    reply = mail("2@x", ME, "ann@example.org", date=later, In_Reply_To="<1@x>")

    tally = await here.import_mbox(mailbox(tmp_path, first, reply))

    came, went = await here.mails()
    assert (tally.read, tally.tracked, tally.contacts_added) == (2, 2, 1)
    assert came["interactionType"] == "email"
    assert came["contactId"] == went["contactId"]
    assert (came["subject"], came["notes"]) == ("Lunch?", "Tomorrow?")
    assert came["date"] == "2024-04-01T08:00:00Z"
    assert came["mail"] == {
        "messageId": "1@x",
        "direction": "incoming",
        "threadId": "1@x",
        "dateSource": "date",
    }
    assert went["mail"] | {"direction": "outgoing", "threadId": "1@x"} == went["mail"]
    assert await here.contacts() == {"ann@example.org": "Ann"}


async def test_the_mail_stands_in_the_timeline_of_every_participant(here, tmp_path):
    to = f"{ME}, Bob <bob@example.org>, carol@example.org"

    await here.import_mbox(mailbox(tmp_path, mail("1@x", to=to)))

    of_ann, of_bob, of_carol = [
        await here.timeline(f"{name}@example.org") for name in ("ann", "bob", "carol")
    ]
    assert of_ann == of_bob == of_carol
    assert [someone["email"] for someone in of_ann[0]["participants"]] == [
        "bob@example.org",
        "carol@example.org",
    ]
    assert await here.contacts() == {
        "ann@example.org": "Ann",
        "bob@example.org": "Bob",
        "carol@example.org": "carol@example.org",
    }


async def test_a_second_run_adds_nothing_and_counts_what_is_there(here, tmp_path):
    path = mailbox(tmp_path, *numbered(200))
    await here.import_mbox(path)
    events = "SELECT count(*) FROM stored_events WHERE split_part(originator_id, '/', 1) = %s"
    before = await here.rows(events)

    tally = await here.import_mbox(path)

    assert (tally.read, tally.tracked, tally.already_there) == (200, 0, 200)
    assert tally.contacts_added == 0
    assert await here.rows(events) == before


async def test_two_imports_at_the_same_time_make_nothing_twice(module_database, tmp_path):
    path = mailbox(tmp_path, *numbered(300))
    async with (
        desk(module_database) as one,
        desk(module_database, one.caller.tenant) as other,
    ):
        tallies = await asyncio.gather(one.import_mbox(path), other.import_mbox(path))

        assert sum(tally.tracked for tally in tallies) == 300
        assert sum(tally.already_there for tally in tallies) == 300
        assert sum(tally.contacts_added for tally in tallies) == 22
        assert len(await one.mails()) == 300
        assert len(await one.contacts()) == 22


async def test_the_same_mail_twice_in_a_mailbox_is_one(here, tmp_path):
    tally = await here.import_mbox(mailbox(tmp_path, mail("1@x"), mail("1@x"), mail("2@x")))

    assert (tally.tracked, tally.already_there) == (2, 1)


async def test_a_contact_that_has_the_address_is_used_in_any_case(here, tmp_path):
    ann = await here.do(add_contact, AddContact(Details(name="Dr Ann", email="Ann@Example.ORG")))

    tally = await here.import_mbox(mailbox(tmp_path, mail("1@x")))

    assert tally.contacts_added == 0
    assert [found["contactId"] for found in await here.mails()] == [str(ann.id)]
    assert await here.contacts() == {"Ann@Example.ORG": "Dr Ann"}


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("ann@exämple.com", "ann@xn--exmple-cua.com"),
        ("ann@xn--exmple-cua.com", "ann@exämple.com"),
        (" Padded@Example.com\u00a0", "padded@example.com"),
        ("jose\u0301@example.net", "josé@example.net"),
    ],
)
async def test_a_contact_added_by_hand_is_found_by_its_mail(here, tmp_path, written, sender):
    ann = await here.do(add_contact, AddContact(Details(name=sender, email=written)))
    path = mailbox(tmp_path, _from(f"Ann Lee <{sender}>"))

    tally = await here.import_mbox(path)

    assert (tally.contacts_added, tally.contacts_named) == (0, 1)
    assert [found["contactId"] for found in await here.mails()] == [str(ann.id)]
    assert await here.contacts() == {written: "Ann Lee"}


async def test_one_address_composed_and_decomposed_is_one_contact(here, tmp_path):
    composed, decomposed = _from("José <josé@example.net>"), _from("José <jose\u0301@example.net>")

    tally = await here.import_mbox(mailbox(tmp_path, composed, decomposed))

    assert (tally.tracked, tally.contacts_added) == (2, 1)
    assert await here.contacts() == {"josé@example.net": "José"}


async def test_of_several_spellings_the_oldest_contact_that_is_there_counts(here, tmp_path):
    spellings = ("ann@exämple.com", "ann@xn--exmple-cua.com", " ANN@exämple.com")
    first, second, third = [
        (await here.do(add_contact, AddContact(Details(name="Ann", email=email)))).id
        for email in spellings
    ]
    await here.do(remove_contact, RemoveContact(first))

    await here.import_mbox(mailbox(tmp_path, _from("Ann <ann@exämple.com>")))
    assert [found["contactId"] for found in await here.mails()] == [str(second)]

    await here.do(remove_contact, RemoveContact(second))
    await here.do(remove_contact, RemoveContact(third))
    tally = await here.import_mbox(mailbox(tmp_path, _from("Ann <ANN@exämple.com>")))
    assert (tally.tracked, tally.contacts_added) == (0, 0)
    assert await here.contacts() == {}


async def test_a_contact_with_a_new_address_keeps_mails_of_the_old_one(here, tmp_path):
    await here.import_mbox(mailbox(tmp_path, mail("1@x")))
    ann = correspondent_id(here.caller.tenant, "ann@example.org")
    moved = ChangeContactDetails(ann, {"email": "ann@new.org"})
    await here.do(change_contact_details, moved)

    await here.import_mbox(mailbox(tmp_path, mail("2@x")))

    assert len(await here.timeline("ann@new.org")) == 2
    assert len(await here.contacts()) == 1


async def test_a_name_that_a_later_mail_tells_is_given_to_who_had_none(here, tmp_path):
    await here.import_mbox(mailbox(tmp_path, mail("1@x", to=f"{ME}, bob@example.org")))
    tally = await here.import_mbox(mailbox(tmp_path, mail("2@x", "Bob B <bob@example.org>")))
    await here.import_mbox(mailbox(tmp_path, mail("3@x", "Somebody <bob@example.org>")))

    assert tally.contacts_named == 1
    assert (await here.contacts())["bob@example.org"] == "Bob B"


async def test_mail_of_a_removed_contact_is_skipped_until_it_is_restored(here, tmp_path):
    ann = await here.do(add_contact, AddContact(Details(name="Ann", email="ann@example.org")))
    await here.do(remove_contact, RemoveContact(ann.id))
    path = mailbox(tmp_path, mail("1@x", "Bob <bob@example.org>"), mail("2@x"), mail("3@x"))

    tally = await here.import_mbox(path)

    (reason,) = tally.skipped
    assert reason == "the contact ann@example.org was removed"
    assert tally.skipped[reason] == [2, 3]
    assert (tally.tracked, await here.contacts()) == (1, {"bob@example.org": "Bob"})

    await here.do(restore_contact, RestoreContact(ann.id))
    assert (await here.import_mbox(path)).tracked == 2


async def test_a_mail_too_large_for_one_append_is_skipped(here, tmp_path, monkeypatch):
    monkeypatch.setattr(group_commit, "LARGEST_JOB", 20_000)
    path = mailbox(tmp_path, mail("1@x"), mail("2@x", text="n" * 20_000), mail("3@x"))

    tally = await here.import_mbox(path)

    assert (tally.tracked, tally.skipped) == (2, {"too large to be recorded": [2]})


async def test_an_imported_contact_that_was_removed_does_not_come_back(here, tmp_path):
    await here.import_mbox(mailbox(tmp_path, mail("1@x")))
    ann = correspondent_id(here.caller.tenant, "ann@example.org")
    await here.do(remove_contact, RemoveContact(ann))

    tally = await here.import_mbox(mailbox(tmp_path, mail("1@x"), mail("2@x")))

    assert (tally.already_there, sum(map(len, tally.skipped.values()))) == (1, 1)
    assert await here.contacts() == {}


async def test_a_removed_participant_is_named_but_not_linked(here, tmp_path):
    bob = await here.do(add_contact, AddContact(Details(name="Bob", email="bob@example.org")))
    await here.do(remove_contact, RemoveContact(bob.id))

    await here.import_mbox(mailbox(tmp_path, mail("1@x", to=f"{ME}, Bob <bob@example.org>")))

    (found,) = await here.mails()
    assert found["participants"] == [{"name": "Bob", "email": "bob@example.org"}]
    assert await here.timeline("bob@example.org") == []


async def test_a_mail_to_oneself_is_with_no_contact(here, tmp_path):
    tally = await here.import_mbox(mailbox(tmp_path, mail("1@x", ME, ME)))

    (found,) = await here.mails()
    assert (found["contactId"], tally.tracked) == (None, 1)
    assert await here.contacts() == {}


async def test_a_mail_that_was_deleted_is_not_brought_back(here, tmp_path):
    path = mailbox(tmp_path, mail("1@x"))
    await here.import_mbox(path)
    await here.do(delete_interaction, DeleteInteraction(mail_id(here.caller.tenant, "1@x")))

    tally = await here.import_mbox(path)

    assert (tally.already_there, await here.mails()) == (1, [])


async def test_spam_is_skipped_and_labels_become_tags(here, tmp_path):
    spam = mail("1@x", "crook@example.com", X_Gmail_Labels="Spam,Unread")
    kept = mail("2@x", X_Gmail_Labels="Inbox,Opened,Category Updates,Project X")

    tally = await here.import_mbox(mailbox(tmp_path, spam, kept))

    assert tally.skipped == {"in Gmail's Spam": [1]}
    assert [found["tags"] for found in await here.mails()] == [["Project X"]]
    assert await here.contacts() == {"ann@example.org": "Ann"}


async def test_discarded_mail_and_states_are_known_in_many_languages(here, tmp_path):
    trash = mail("1@x", X_Gmail_Labels="Papierkorb")
    spam = mail("2@x", X_Gmail_Labels="=?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Non_lus?=,Спам")
    kept = mail("3@x", X_Gmail_Labels='Posteingang,Geöffnet,"Kategorie ""Werbung""",Projekt X')

    tally = await here.import_mbox(mailbox(tmp_path, trash, spam, kept))

    assert tally.skipped == {"in Gmail's Trash": [1], "in Gmail's Spam": [2]}
    assert [found["tags"] for found in await here.mails()] == [["Projekt X"]]


async def test_a_mail_tracked_by_a_former_id_is_there_already(here, tmp_path):
    lf = mail("1@x")
    line, rest = lf.split(b"\n", 1)
    cr = line + b"\nX-Sent-By: me\r" + rest.strip().replace(b"\n", b"\r") + b"\n"
    (facts,) = read_mbox(mailbox(tmp_path, cr), frozenset({ME}), NOW)
    assert isinstance(facts, MailFacts)
    assert facts.former_id
    importing = MailImport(here.system.ledger, here.system.pool, here.caller, frozenset({ME}))
    await importing.run([replace(facts, message_id=facts.former_id, former_id=None)])

    tally = await here.import_mbox(mailbox(tmp_path, cr))

    assert (tally.tracked, tally.already_there) == (0, 1)
    assert len(await here.mails()) == 1


async def test_an_unreadable_mail_is_listed_by_offset_and_the_rest_imported(here, tmp_path):
    path = mailbox(tmp_path, mail("1@x"), UNSENT, mail("2@x"))

    tally = await here.import_mbox(path)

    (unreadable,) = tally.unreadable
    assert (unreadable.ordinal, unreadable.offset) == (2, len(mail("1@x")))
    assert (unreadable.reason, unreadable.subject) == ("no sender", "who?")
    assert (tally.read, tally.tracked) == (3, 2)


async def test_a_mailbox_that_breaks_off_keeps_what_was_read_of_it(here, tmp_path):
    path = tmp_path / "box.mbox.gz"
    long = mail("ID@x", text="How are you?\n" * 200)
    mails = (long.replace(b"ID@x", b"%d@x" % number) for number in range(1000))
    path.write_bytes(gzip.compress(b"".join(mails))[:-2000])

    with pytest.raises(MailboxError, match="damaged"):
        await here.import_mbox(path)

    assert 300 < len(await here.mails()) < 1000


async def test_a_date_in_the_future_is_told_with_what_was_taken_instead(here, tmp_path):
    received = "from a by b; Tue, 2 Apr 2024 10:00:00 +0000"
    late = mail("1@x", date="Mon, 1 Apr 2030 10:00:00 +0000", Received=received)
    timeless = mail("2@x", date="Mon, 1 Apr 2030 10:00:00 +0000")

    tally = await here.import_mbox(mailbox(tmp_path, late, timeless))

    assert dict(tally.oddities) == {
        "date is in the future; the newest Received date was taken": 1,
        "date is in the future; the time of import was taken": 1,
    }
    assert [found["date"] for found in await here.mails()] == [
        "2024-04-02T10:00:00Z",
        "2024-05-01T00:00:00Z",
    ]


async def test_every_event_says_who_imported_it_through_what_and_in_which_run(here, tmp_path):
    await here.import_mbox(mailbox(tmp_path, mail("1@x", to=f"{ME}, bob@example.org")))

    rows = await here.rows(
        "SELECT topic, convert_from(state, 'UTF8')::json -> 'actor' ->> 'id', "
        "convert_from(state, 'UTF8')::json ->> 'contract', "
        "convert_from(state, 'UTF8')::json ->> 'correlation' "
        "FROM stored_events WHERE split_part(originator_id, '/', 1) = %s ORDER BY notification_id"
    )
    assert {row[1:] for row in rows} == {("7", "import", here.caller.correlation)}
    assert [row[0] for row in rows] == [
        "kith.contact.added.v1",
        "kith.contact.added.v1",
        "kith.email-exchange.tracked.v1",
    ]


def _from(sender: str) -> bytes:
    """A mail whose sender is outside ASCII, as UTF-8 (RFC 6532)."""
    return mail(f"{uuid4()}@x", "S <s@x.org>").replace(b"S <s@x.org>", sender.encode())
