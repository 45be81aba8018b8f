"""Load, decide, append; and decide again when another came first."""

import asyncio

import pytest

from application.contacts import (
    AddContact,
    ChangeContactDetails,
    ChangeContactStatus,
    RemoveContact,
    RestoreContact,
    add_contact,
    change_contact_details,
    change_contact_status,
    remove_contact,
    restore_contact,
)
from application.errors import PreconditionFailed, VersionConflict
from application.interactions import LogInteraction, log_interaction
from domain.contact import ContactDetailsChanged, Details
from domain.errors import Conflict, NotFound
from domain.event import Changed
from domain.relationship import RelationshipStatus as Status
from tests.application.desk import AddTag, Desk, add_tag, id_of, name_of, position_of
from tests.domain.samples import CALL

pytestmark = pytest.mark.anyio


async def ann(desk: Desk):
    return id_of(await desk.does(add_contact, AddContact(Details(name="Ann"))))


def rename(contact, name: str) -> ChangeContactDetails:
    return ChangeContactDetails(contact, {"name": name})


async def test_decided_events_are_logged_with_actor_contract_and_correlation(here: Desk):
    contact = await ann(here)
    (recorded,) = await here.recorded()
    assert (recorded.stream.tenant, recorded.stream.kind, recorded.stream.id) == (
        here.tenant,
        "contact",
        contact,
    )
    actor = recorded.envelope.actor
    assert (actor.id, actor.name, actor.number, actor.permissions) == (
        "5",
        "John Smith",
        5,
        ("a", "b"),
    )
    assert (recorded.envelope.contract, recorded.envelope.correlation) == ("tracking", "req-1")


async def test_an_answer_shows_the_record_as_the_command_left_it(here: Desk):
    contact = await ann(here)
    answer = await here.does(change_contact_details, rename(contact, "Bea"))
    assert name_of(answer) == "Bea"
    assert position_of(answer) == (await here.recorded())[-1].position


async def test_a_decision_on_stale_state_is_made_anew(here: Desk, there: Desk):
    contact = await ann(here)
    await there.does(change_contact_details, rename(contact, "Bea"))
    command = ChangeContactDetails(contact, {"title": "Dr"})
    answer = await here.does(change_contact_details, command)
    assert name_of(answer) == "Bea"
    assert (await here.state("contact", contact)).details == Details(name="Bea", title="Dr")


async def test_a_decision_is_made_anew_too_when_another_comes_first_at_the_last_moment(
    here: Desk, there: Desk
):
    contact = await ann(here)
    here.log.meanwhile += [
        lambda: there.does(change_contact_details, rename(contact, "Bea")),
        lambda: there.does(change_contact_details, rename(contact, "Cleo")),
    ]
    await here.does(change_contact_details, rename(contact, "Dora"))
    renamed = [("Ann", "Bea"), ("Bea", "Cleo"), ("Cleo", "Dora")]
    assert (await here.events())[1:] == [
        ContactDetailsChanged(changes={"name": Changed(old=old, new=new)}) for old, new in renamed
    ]


async def test_a_refusal_of_what_is_no_longer_so_is_decided_anew(here: Desk, there: Desk):
    contact = await ann(here)
    await there.does(change_contact_status, ChangeContactStatus(contact, Status.QUALIFIED_LEAD))
    await here.does(change_contact_status, ChangeContactStatus(contact, Status.OPPORTUNITY))
    assert (await here.state("contact", contact)).status == Status.OPPORTUNITY


async def test_a_restored_contact_is_there_in_every_process(here: Desk, there: Desk):
    contact = await ann(here)
    await here.does(remove_contact, RemoveContact(contact))
    await there.does(restore_contact, RestoreContact(contact))
    await here.does(log_interaction, LogInteraction(CALL, contact))


async def test_a_refusal_stands_when_it_was_decided_on_fresh_state(here: Desk):
    contact = await ann(here)
    with pytest.raises(Conflict):
        await here.does(change_contact_status, ChangeContactStatus(contact, Status.PAST_CLIENT))
    assert [fresh for _, fresh in here.log.loads][-1] is True
    assert len(await here.events()) == 1


async def test_a_contact_removed_elsewhere_takes_no_interaction(here: Desk, there: Desk):
    contact = await ann(here)
    await there.does(remove_contact, RemoveContact(contact))
    with pytest.raises(NotFound, match="Contact not found"):
        await here.does(log_interaction, LogInteraction(CALL, contact))


async def test_a_contact_removed_at_the_last_moment_takes_no_interaction(here: Desk, there: Desk):
    contact = await ann(here)
    here.log.meanwhile.append(lambda: there.does(remove_contact, RemoveContact(contact)))
    with pytest.raises(NotFound, match="Contact not found"):
        await here.does(log_interaction, LogInteraction(CALL, contact))
    assert len(await here.events()) == 2


async def test_a_command_without_effect_is_decided_on_fresh_state(here: Desk, there: Desk):
    contact = await ann(here)
    await there.does(change_contact_details, rename(contact, "Bea"))
    answer = await here.does(change_contact_details, rename(contact, "Ann"))
    assert name_of(answer) == "Ann"
    assert (await here.events())[-1] == ContactDetailsChanged(
        changes={"name": Changed(old="Bea", new="Ann")}
    )


async def test_a_command_that_changes_nothing_appends_nothing(here: Desk):
    contact = await ann(here)
    answer = await here.does(change_contact_details, rename(contact, "Ann"))
    assert name_of(answer) == "Ann"
    assert len(await here.events()) == 1
    assert len(here.log.jobs) == 1


async def test_a_contact_of_another_tenant_isnt_there(here: Desk, there: Desk):
    contact = await ann(here)
    stranger = Desk(here.log.log, there.numbers, here._recorded, "somebody-else")
    for handler, command in (
        (change_contact_details, rename(contact, "Eve")),
        (remove_contact, RemoveContact(contact)),
        (log_interaction, LogInteraction(CALL, contact)),
    ):
        with pytest.raises(NotFound):
            await stranger.does(handler, command)


async def test_a_stream_that_never_stands_still_is_a_conflict_in_the_end(here: Desk, there: Desk):
    contact = await ann(here)
    names = iter(range(1000))

    async def again() -> None:
        here.log.meanwhile.append(again)
        await there.does(change_contact_details, rename(contact, f"Ann {next(names)}"))

    here.log.meanwhile.append(again)
    with pytest.raises(VersionConflict):
        await here.does(change_contact_details, rename(contact, "Zoe"))


async def test_forty_concurrent_changes_of_one_contact_all_succeed(here: Desk):
    contact = await ann(here)
    tags = map(str, range(40))
    await asyncio.gather(*(here.does(add_tag, AddTag(contact, tag)) for tag in tags))
    state = await here.state("contact", contact)
    assert sorted(map(int, state.details.tags)) == list(range(40))


# If-Match


async def test_if_match_holds_a_change_to_the_version_the_caller_saw(here: Desk):
    added = await here.does(add_contact, AddContact(Details(name="Ann")))
    contact, seen = id_of(added), position_of(added)
    await here.does(change_contact_details, rename(contact, "Bea"), if_match=seen)
    with pytest.raises(PreconditionFailed):
        await here.does(change_contact_details, rename(contact, "Cleo"), if_match=seen)
    assert (await here.state("contact", contact)).details.name == "Bea"


async def test_if_match_sees_through_what_another_process_did(here: Desk, there: Desk):
    added = await here.does(add_contact, AddContact(Details(name="Ann")))
    contact, seen = id_of(added), position_of(added)
    newer = await there.does(change_contact_details, rename(contact, "Bea"))
    with pytest.raises(PreconditionFailed):
        await here.does(change_contact_details, rename(contact, "Cleo"), if_match=seen)
    await there.does(change_contact_details, rename(contact, "Dora"))
    with pytest.raises(PreconditionFailed):
        await here.does(change_contact_details, rename(contact, "Eve"), if_match=position_of(newer))


async def test_if_match_of_a_version_that_isnt_known_here_yet_is_looked_for_afresh(
    here: Desk, there: Desk
):
    contact = await ann(here)
    newer = await there.does(change_contact_details, rename(contact, "Bea"))
    answer = await here.does(
        change_contact_details, rename(contact, "Cleo"), if_match=position_of(newer)
    )
    assert name_of(answer) == "Cleo"


async def test_if_match_is_checked_even_if_nothing_would_change(here: Desk, there: Desk):
    added = await here.does(add_contact, AddContact(Details(name="Ann")))
    contact, seen = id_of(added), position_of(added)
    await there.does(change_contact_details, rename(contact, "Bea"))
    with pytest.raises(PreconditionFailed):
        await here.does(change_contact_details, rename(contact, "Ann"), if_match=seen)
    with pytest.raises(PreconditionFailed):
        await here.does(change_contact_details, rename(contact, "Bea"), if_match=seen)
