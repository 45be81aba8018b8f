"""The law again, from the outside: a command carried out twice changes nothing the second time."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import anyio
from hypothesis import given as for_any
from hypothesis import strategies as st

from application import contacts, interactions, meetings
from application.work import Work
from domain.contact import Details
from domain.errors import Refusal
from domain.relationship import LifecycleStage, RelationshipStatus
from domain.streams import StreamName
from tests.application.desk import Desk, id_of
from tests.application.in_memory import InMemoryLog, InMemoryNumbers, Store
from tests.domain import anything
from tests.domain.samples import APPOINTMENT, CALL

Handler = Callable[[Work, Any], Awaitable[StreamName]]
Given = tuple[Handler, Any]


def commands(contact: UUID, interaction: UUID, meeting: UUID) -> st.SearchStrategy[Given]:
    def of(handler: Handler, command: Any, *parts: st.SearchStrategy) -> st.SearchStrategy[Given]:
        return st.tuples(st.just(handler), st.builds(command, *parts))

    who, what, when = st.just(contact), st.just(interaction), st.just(meeting)
    words = st.none() | st.text(max_size=5)
    statuses = st.none() | st.sampled_from(RelationshipStatus)
    stages = st.none() | st.sampled_from(LifecycleStage)
    return st.one_of(
        of(
            contacts.change_contact_details,
            contacts.ChangeContactDetails,
            who,
            anything.details.map(dict),
        ),
        of(
            contacts.change_contact_status,
            contacts.ChangeContactStatus,
            who,
            statuses,
            stages,
            words,
            words,
        ),
        of(
            contacts.reactivate_contact,
            contacts.ReactivateContact,
            who,
            st.text(max_size=5),
            words,
        ),
        of(contacts.remove_contact, contacts.RemoveContact, who),
        of(contacts.restore_contact, contacts.RestoreContact, who),
        of(
            interactions.amend_interaction,
            interactions.AmendInteraction,
            what,
            anything.records().map(dict),
        ),
        of(interactions.delete_interaction, interactions.DeleteInteraction, what),
        of(
            meetings.reschedule_meeting,
            meetings.RescheduleMeeting,
            when,
            anything.appointments.map(dict),
        ),
        of(meetings.cancel_meeting, meetings.EndMeeting, when, words),
        of(meetings.reinstate_meeting, meetings.ReinstateMeeting, when),
        of(meetings.miss_meeting, meetings.EndMeeting, when, words),
        of(
            meetings.complete_meeting,
            meetings.CompleteMeeting,
            when,
            anything.outcomes.map(dict),
        ),
    )


@for_any(st.data())
def test_every_command_given_twice_has_one_effect(data: st.DataObject):
    """Refused the second time is fine (who is removed is not found); a second fact is not."""

    async def run() -> None:
        desk = alone()
        contact = id_of(
            await desk.does(contacts.add_contact, contacts.AddContact(Details(name="Ann")))
        )
        interaction = id_of(
            await desk.does(interactions.log_interaction, interactions.LogInteraction(CALL))
        )
        meeting = id_of(
            await desk.does(
                meetings.schedule_meeting, meetings.ScheduleMeeting(contact, APPOINTMENT)
            )
        )
        some = st.lists(commands(contact, interaction, meeting), min_size=1, max_size=6)
        for handler, command in data.draw(some, label="commands"):
            await _unless_refused(desk, handler, command)
            before = await desk.events()
            await _unless_refused(desk, handler, command)
            assert await desk.events() == before

    anyio.run(run)


def alone() -> Desk:
    store = Store()

    async def read(_: str):
        return list(store.recorded)

    return Desk(InMemoryLog(store), InMemoryNumbers(store), read, "acme")


async def _unless_refused(desk: Desk, handler: Handler, command: Any) -> None:
    try:
        await desk.does(handler, command)
    except Refusal:
        return
