"""An export imported into an empty tenant is exported again as the same lines."""

from contextlib import suppress
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.contacts import (
    AddContact,
    ChangeContactStatus,
    ReactivateContact,
    RemoveContact,
    add_contact,
    change_contact_status,
    reactivate_contact,
    remove_contact,
)
from application.interactions import (
    AmendInteraction,
    DeleteInteraction,
    LogInteraction,
    amend_interaction,
    delete_interaction,
    log_interaction,
)
from application.meetings import (
    CompleteMeeting,
    EndMeeting,
    ScheduleMeeting,
    cancel_meeting,
    complete_meeting,
    miss_meeting,
    schedule_meeting,
)
from domain.contact import Details
from domain.errors import Refusal
from domain.record import Said
from domain.relationship import LifecycleStage, RelationshipStatus
from tests.api.transfer.moving import comparable, exported, imported
from tests.api.transfer.samples import appointments, details, maybe, outcomes, records, texts
from tests.infrastructure.mail.mailbox import Desk, desk

pytestmark = pytest.mark.anyio

moves = st.lists(
    st.tuples(
        maybe(st.sampled_from(RelationshipStatus)), maybe(st.sampled_from(LifecycleStage)), texts
    ),
    max_size=6,
)
ends = st.sampled_from(["scheduled", "cancelled", "missed", "completed"])
ledgers = st.lists(
    st.tuples(
        details,
        moves,
        st.lists(st.tuples(records, st.sampled_from(["kept", "amended", "deleted"])), max_size=4),
        st.lists(st.tuples(appointments, ends, outcomes, texts), max_size=3),
        st.booleans(),
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
async def office(module_database):
    async with desk(module_database) as it:
        yield it


def of_a_new_tenant(office: Desk) -> Desk:
    return office.of(uuid4().hex)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
@given(ledgers, records)
async def test_an_export_imported_into_an_empty_tenant_exports_the_same(office, ledger, alone):
    here, there = of_a_new_tenant(office), of_a_new_tenant(office)
    await here.do(log_interaction, LogInteraction(alone))
    for parts in ledger:
        await _live(here, *parts)
    tags = await _restricted(here)
    lines = exported(here, tags)

    tally = await imported(there, lines)

    assert tally.refused == []
    assert comparable(exported(there, tags)) == comparable(lines)
    again = await imported(there, lines)
    assert (sum(again.added.values()), again.already_there) == (0, tally.lines)


async def _live(here: Desk, details: Details, moves, interactions, meetings, removed) -> None:
    contact = await here.do(add_contact, AddContact(details))
    for status, stage, reason in moves:
        await _move(here, contact.id, status, stage, reason)
    for record, fate in interactions:
        logged = await here.do(log_interaction, LogInteraction(record, contact.id))
        if fate == "deleted":
            await here.do(delete_interaction, DeleteInteraction(logged.id))
        elif fate == "amended":
            tags = record.labels.restricted
            said = Said(notes="On second thought", topics=("a", "b"))
            amended = record.model_copy(update={"said": said})
            amend = AmendInteraction(logged.id, dict(amended), open_tags=tags)
            await here.do(amend_interaction, amend)
    for appointment, end, outcome, reason in meetings:
        meeting = await here.do(schedule_meeting, ScheduleMeeting(contact.id, appointment))
        if end == "cancelled":
            await here.do(cancel_meeting, EndMeeting(meeting.id, reason))
        elif end == "missed":
            await here.do(miss_meeting, EndMeeting(meeting.id, reason))
        elif end == "completed":
            complete = CompleteMeeting(meeting.id, dict(outcome))
            await here.do(complete_meeting, complete)
    if removed:
        await here.do(remove_contact, RemoveContact(contact.id))


async def _move(here: Desk, contact_id, status, stage, reason) -> None:
    """Move a relationship as far as the rules allow."""
    with suppress(Refusal):
        if status is None and stage is None:
            await here.do(reactivate_contact, ReactivateContact(contact_id, reason or "why not"))
        else:
            command = ChangeContactStatus(contact_id, status, stage, reason)
            await here.do(change_contact_status, command)


async def _restricted(here: Desk) -> tuple[str, ...]:
    rows = await here.rows("SELECT DISTINCT unnest(restricted) FROM timeline WHERE tenant = %s")
    return tuple(tag for (tag,) in rows)
