"""An export's lines, and the content that it leaves out."""

import pytest

from application.contacts import AddContact, RemoveContact, add_contact, remove_contact
from application.interactions import LogInteraction, log_interaction
from application.meetings import ScheduleMeeting, schedule_meeting
from domain.appointment import Appointment
from domain.contact import Details
from domain.record import Labels, Said
from tests.api.transfer.moving import counts, exported, records
from tests.domain.samples import NOW, record
from tests.infrastructure.mail.mailbox import desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(module_database):
    """A desk of a tenant of its own."""
    async with desk(module_database) as it:
        yield it


async def test_contacts_come_first_then_meetings_then_interactions_each_by_id(here):
    for name in "ABC":
        contact = await here.do(add_contact, AddContact(Details(name=name)))
        await here.do(log_interaction, LogInteraction(record(), contact.id))
        await here.do(schedule_meeting, ScheduleMeeting(contact.id, Appointment(scheduled_at=NOW)))

    lines = records(exported(here))

    kinds = [line["type"] for line in lines]
    assert kinds == ["contact"] * 3 + ["meeting"] * 3 + ["interaction"] * 3
    for kind in set(kinds):
        ids = [line["id"] for line in lines if line["type"] == kind]
        assert ids == sorted(ids)
    assert counts(here).lines == len(lines)


async def test_a_removed_contact_is_left_out_with_what_was_recorded_with_it(here):
    contact = await here.do(add_contact, AddContact(Details(name="Ann")))
    await here.do(log_interaction, LogInteraction(record(), contact.id))
    await here.do(schedule_meeting, ScheduleMeeting(contact.id, Appointment(scheduled_at=NOW)))
    await here.do(log_interaction, LogInteraction(record()))
    await here.do(remove_contact, RemoveContact(contact.id))

    (alone,) = records(exported(here))

    assert (alone["type"], alone["contactId"]) == ("interaction", None)
    there = counts(here)
    assert (there.lines, there.interactions_left_out, there.meetings_left_out) == (1, 1, 1)


async def test_a_restricted_record_is_redacted_unless_all_tags_are_open(here):
    secret = record(said=Said(notes="Secret"), labels=Labels(restricted=("tax", "law")))
    await here.do(log_interaction, LogInteraction(secret))

    (hidden,), (half_open,), (shown,) = (
        records(exported(here, tags)) for tags in ((), ("tax",), ("tax", "law"))
    )

    assert hidden == half_open
    assert (hidden["redacted"], hidden["notes"]) == (True, None)
    assert (shown.get("redacted"), shown["notes"]) == (None, "Secret")
    assert counts(here).redacted == 1


async def test_another_tenants_records_are_not_in_it(here):
    other = here.of(f"{here.caller.tenant}-2")
    await other.do(add_contact, AddContact(Details(name="Eve")))

    assert exported(here) == b""
