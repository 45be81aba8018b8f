"""One key: one effect and one answer, however often and wherever the command arrives."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from application.contacts import (
    AddContact,
    ChangeContactDetails,
    ChangeContactStatus,
    ReactivateContact,
    RemoveContact,
    add_contact,
    change_contact_details,
    change_contact_status,
    reactivate_contact,
    remove_contact,
)
from application.context import Caller, Principal
from application.errors import KeyReused, VersionConflict
from application.interactions import LogInteraction, log_interaction
from application.meetings import (
    CompleteMeeting,
    ScheduleMeeting,
    complete_meeting,
    schedule_meeting,
)
from application.ports import Answer, CommandKey
from application.work import Work
from domain.contact import ContactRemoved, Details
from domain.errors import Conflict, NotFound
from domain.relationship import RelationshipStatus as Status
from tests.application.desk import AddTag, Desk, add_tag, id_of, name_of
from tests.application.in_memory import InMemoryLog, InMemoryNumbers, Store
from tests.domain.samples import APPOINTMENT, CALL, NOW, OUTCOME

pytestmark = pytest.mark.anyio

ADD = AddContact(Details(name="Ann"))


async def test_a_repeated_command_has_one_effect_and_one_answer(here: Desk, there: Desk):
    first = await here.does(add_contact, ADD, key=here.key("k"))
    assert await here.does(add_contact, ADD, key=here.key("k")) == first
    assert await there.does(add_contact, ADD, key=there.key("k")) == first
    assert len(await here.events()) == 1


async def test_a_hundred_repeats_in_two_processes_have_one_effect_and_answer(
    here: Desk, there: Desk
):
    desks = [here, there] * 50
    answers = await asyncio.gather(
        *(desk.does(add_contact, ADD, key=desk.key("k")) for desk in desks)
    )
    assert len(set(answers)) == 1
    assert len(await here.events()) == 1


async def test_a_hundred_repeats_of_a_change_have_one_effect_and_answer(here: Desk, there: Desk):
    contact = id_of(await here.does(add_contact, ADD))
    command = AddTag(contact, "again")
    desks = [here, there] * 50
    answers = await asyncio.gather(
        *(desk.does(add_tag, command, key=desk.key("k")) for desk in desks)
    )
    assert len(set(answers)) == 1
    assert (await here.state("contact", contact)).details.tags == ("again",)


async def test_another_key_is_another_command(here: Desk):
    one = await here.does(add_contact, ADD, key=here.key("k"))
    other = await here.does(add_contact, ADD, key=here.key("l"))
    assert one != other
    assert len(await here.events()) == 2


async def test_the_same_key_elsewhere_is_another_key(here: Desk):
    """On another path, by another user, in another tenant, contract or method."""
    scopes = [
        here.key("k"),
        here.key("k", path="/api/interactions"),
        replace(here.key("k"), user="6"),
        replace(here.key("k"), tenant="other"),
        replace(here.key("k"), contract="sites"),
        replace(here.key("k"), method="PUT"),
    ]
    answers = [await here.does(add_contact, ADD, key=key) for key in scopes]
    assert len({answer.body for answer in answers}) == len(scopes)


async def test_a_key_with_another_body_is_refused_and_has_no_effect(here: Desk, there: Desk):
    await here.does(add_contact, ADD, key=here.key("k", b"one"))
    for desk in (here, there):
        with pytest.raises(KeyReused):
            await desk.does(add_contact, ADD, key=desk.key("k", b"other"))
    assert len(await here.events()) == 1


async def test_two_bodies_under_one_key_at_once_have_one_refusal(here: Desk, there: Desk):
    results = await asyncio.gather(
        here.does(add_contact, ADD, key=here.key("k", b"one")),
        there.does(add_contact, ADD, key=there.key("k", b"other")),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(KeyReused) == 1
    assert len(await here.events()) == 1


async def test_a_repeat_is_answered_even_if_it_would_be_refused_by_now(here: Desk, there: Desk):
    contact = id_of(await here.does(add_contact, ADD))
    lead = ChangeContactStatus(contact, Status.QUALIFIED_LEAD)
    moved = await here.does(change_contact_status, lead, key=here.key("move"))
    gone = await here.does(remove_contact, RemoveContact(contact), key=here.key("remove"))
    before = await here.events()
    for desk in (here, there):
        assert await desk.does(change_contact_status, lead, key=desk.key("move")) == moved
        again = await desk.does(remove_contact, RemoveContact(contact), key=desk.key("remove"))
        assert again == gone
    assert await here.events() == before
    with pytest.raises(NotFound):
        await here.does(remove_contact, RemoveContact(contact), key=here.key("another"))


async def test_a_twin_that_was_faster_answers_for_both_though_one_alone_would_be_refused(
    here: Desk, there: Desk
):
    contact = id_of(await here.does(add_contact, ADD))
    key = here.key("remove")
    command = RemoveContact(contact)
    here.log.meanwhile.append(lambda: there.does(remove_contact, command, key=key))
    answer = await here.does(remove_contact, command, key=key)
    assert id_of(answer) == contact
    assert (await here.events())[1:] == [ContactRemoved()]


async def test_a_request_refused_after_its_twin_gets_the_twins_answer(here: Desk, there: Desk):
    """A command asks for its key's answer too early, then sees that the contact has just gone."""
    contact = id_of(await there.does(add_contact, ADD))
    key, command = here.key("remove"), RemoveContact(contact)
    answered = here.log.answered
    asked = []

    async def too_early(key: CommandKey) -> Answer | None:
        asked.append(key)
        if len(asked) > 1:
            return await answered(key)
        await there.does(remove_contact, command, key=key)
        return None

    here.log.answered = too_early  # type: ignore[method-assign]
    assert id_of(await here.does(remove_contact, command, key=key)) == contact
    assert (await here.events())[1:] == [ContactRemoved()]


async def test_a_refused_command_may_be_sent_again_under_its_key(here: Desk):
    contact = id_of(await here.does(add_contact, ADD))
    key = here.key("reactivate")
    command = ReactivateContact(contact, "came back")
    await here.does(change_contact_status, ChangeContactStatus(contact, Status.QUALIFIED_LEAD))
    with pytest.raises(Conflict):
        await here.does(reactivate_contact, command, key=key)
    await here.does(change_contact_status, ChangeContactStatus(contact, Status.INACTIVE))
    await here.does(reactivate_contact, command, key=key)
    assert (await here.state("contact", contact)).status == Status.PROSPECT


async def test_a_command_that_changed_nothing_keeps_its_answer_too(here: Desk, there: Desk):
    contact = id_of(await here.does(add_contact, ADD))
    same = ChangeContactDetails(contact, {"name": "Ann"})
    first = await here.does(change_contact_details, same, key=here.key("same"))
    assert name_of(first) == "Ann"
    await there.does(change_contact_details, ChangeContactDetails(contact, {"name": "Bea"}))
    for desk in (here, there):
        assert await desk.does(change_contact_details, same, key=desk.key("same")) == first
        with pytest.raises(KeyReused):
            await desk.does(change_contact_details, same, key=desk.key("same", b"other"))
    assert (await here.state("contact", contact)).details.name == "Bea"


async def test_a_keyed_command_without_effect_is_decided_on_fresh_state(here: Desk, there: Desk):
    contact = id_of(await here.does(add_contact, ADD))
    await there.does(change_contact_details, ChangeContactDetails(contact, {"name": "Bea"}))
    same = ChangeContactDetails(contact, {"name": "Ann"})
    await here.does(change_contact_details, same, key=here.key("same"))
    assert (await here.state("contact", contact)).details.name == "Ann"


# Ids


async def test_a_key_decides_the_id_of_what_it_creates(here: Desk, there: Desk):
    one = id_of(await here.does(add_contact, ADD, key=here.key("k")))
    assert one.version == 5
    logged = LogInteraction(CALL, one)
    call = id_of(await there.does(log_interaction, logged, key=there.key("k", path="/calls")))
    assert call.version == 5
    assert call != one


async def test_a_forgotten_key_begins_no_second_stream(here: Desk):
    """The id is the second barrier: the same scope would begin the same stream."""
    await here.does(add_contact, ADD, key=here.key("k"))

    async def forgotten(_) -> None:
        return None

    stored = here.log.log
    here.log.answered = forgotten  # type: ignore[method-assign,assignment]

    async def without_key(job):
        job.key = None
        return await stored.append(job)

    here.log.append = without_key  # type: ignore[method-assign]
    with pytest.raises(VersionConflict):
        await here.does(add_contact, ADD, key=here.key("k"))
    assert len(await here.events()) == 1


async def test_a_key_covers_both_streams_of_a_completed_meeting(here: Desk, there: Desk):
    contact = id_of(await here.does(add_contact, ADD))
    meeting = id_of(await here.does(schedule_meeting, ScheduleMeeting(contact, APPOINTMENT)))
    command = CompleteMeeting(meeting, dict(OUTCOME))
    answers = await asyncio.gather(
        *(desk.does(complete_meeting, command, key=desk.key("done")) for desk in [here, there] * 10)
    )
    assert len(set(answers)) == 1
    assert [event.type for event in (await here.events())[2:]] == [
        "kith.meeting.completed.v1",
        "kith.interaction.logged.v1",
    ]


def test_the_parts_of_a_scope_cant_be_shifted_into_each_other():
    def scope(user: str, contract: str) -> str:
        return CommandKey("t", user, contract, "POST", "/p", "k", b"").scope

    assert scope("a\nb", "c") != scope("a", "b\nc")
    assert scope("1:a\n1:b", "c") != scope("1:a", "1:b\nc")


def test_ids_of_two_kinds_under_one_key_differ():
    key = CommandKey("t", "5", "tracking", "POST", "/p", "k", b"")
    store = Store()
    principal = Principal(user="5", name="John Smith", tenant="t")
    caller = Caller(principal, "tracking", "req-1", key)
    work = Work(InMemoryLog(store), InMemoryNumbers(store), lambda: NOW, uuid4, caller)
    assert work.new_id("contact") != work.new_id("interaction")
    assert work.new_id("contact") == work.new_id("contact")
