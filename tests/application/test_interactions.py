"""Commands about interactions."""

from uuid import UUID, uuid4

import pytest

from application.contacts import AddContact, RemoveContact, add_contact, remove_contact
from application.interactions import (
    AmendInteraction,
    DeleteInteraction,
    LogInteraction,
    amend_interaction,
    delete_interaction,
    log_interaction,
)
from domain.changes import Fields
from domain.contact import Details
from domain.errors import Invalid, NotFound
from domain.interaction import InteractionDeleted, InteractionLogged, InteractionPlanned
from domain.record import Labels, Said
from domain.redaction import Hidden
from tests.application.desk import Desk, id_of
from tests.domain.samples import CALL, DAY, HOUR, NOW, record

pytestmark = pytest.mark.anyio


async def ann(desk: Desk) -> UUID:
    return id_of(await desk.does(add_contact, AddContact(Details(name="Ann"))))


def note(text: str | None) -> Fields:
    return {"said.notes": text}


async def test_an_interaction_is_with_a_contact_that_is_there(here: Desk):
    with pytest.raises(NotFound) as refused:
        await here.does(log_interaction, LogInteraction(CALL, uuid4()))
    assert (refused.value.code, refused.value.field) == ("contact_not_found", "contact_id")


async def test_an_interaction_may_be_with_nobody(here: Desk):
    logged = id_of(await here.does(log_interaction, LogInteraction(CALL)))
    assert (await here.state("interaction", logged)).contact_id is None


async def test_a_future_interaction_is_planned_only_with_may_plan(here: Desk):
    soon = record(NOW + DAY)
    with pytest.raises(Invalid):
        await here.does(log_interaction, LogInteraction(soon))
    await here.does(log_interaction, LogInteraction(soon, may_plan=True))
    (planned,) = await here.events()
    assert isinstance(planned, InteractionPlanned)


async def test_every_interaction_has_a_number_of_its_own(here: Desk, there: Desk):
    for _ in range(3):
        await here.does(log_interaction, LogInteraction(CALL))
        await there.does(log_interaction, LogInteraction(CALL))
    numbers = [event.number for event in await here.events()]  # type: ignore[attr-defined]
    assert len(set(numbers)) == 6


async def test_an_amendment_made_elsewhere_isnt_lost(here: Desk, there: Desk):
    logged = id_of(await here.does(log_interaction, LogInteraction(CALL)))
    sold = AmendInteraction(logged, {"said.outcome": "Sold"})
    here.log.meanwhile.append(lambda: there.does(amend_interaction, sold))
    await here.does(amend_interaction, AmendInteraction(logged, note("Wants two")))
    said = (await here.state("interaction", logged)).record.said
    assert (said.notes, said.outcome) == ("Wants two", "Sold")


async def test_an_interactions_contact_cant_be_changed(here: Desk):
    contact, other = await ann(here), await ann(here)
    logged = id_of(await here.does(log_interaction, LogInteraction(CALL, contact)))
    with pytest.raises(Invalid) as refused:
        await here.does(amend_interaction, AmendInteraction(logged, note("x"), contact_id=other))
    assert refused.value.field == "contact_id"
    await here.does(amend_interaction, AmendInteraction(logged, note("x"), contact_id=contact))


async def test_a_deleted_interaction_is_gone_and_its_history_stays(here: Desk):
    logged = id_of(await here.does(log_interaction, LogInteraction(CALL)))
    await here.does(delete_interaction, DeleteInteraction(logged))
    for handler, command in (
        (delete_interaction, DeleteInteraction(logged)),
        (amend_interaction, AmendInteraction(logged, note("x"))),
    ):
        with pytest.raises(NotFound, match="Interaction not found"):
            await here.does(handler, command)
    assert (await here.events())[1:] == [InteractionDeleted()]


async def test_interactions_outlive_the_removal_of_their_contact(here: Desk):
    contact = await ann(here)
    logged = id_of(await here.does(log_interaction, LogInteraction(CALL, contact)))
    await here.does(remove_contact, RemoveContact(contact))
    await here.does(amend_interaction, AmendInteraction(logged, note("later")))
    await here.does(delete_interaction, DeleteInteraction(logged))


async def test_a_restricted_record_is_amended_only_by_who_can_see_it(here: Desk):
    secret = CALL.model_copy(
        update={"said": Said(notes="Visa"), "labels": Labels(restricted=("immigration",))}
    )
    logged = id_of(await here.does(log_interaction, LogInteraction(secret)))
    with pytest.raises(Hidden):
        await here.does(amend_interaction, AmendInteraction(logged, note("Other")))
    await here.does(amend_interaction, AmendInteraction(logged, note(None)))
    assert (await here.state("interaction", logged)).record == secret
    seen = AmendInteraction(logged, note(None), open_tags=("immigration",))
    await here.does(amend_interaction, seen)
    assert (await here.state("interaction", logged)).record.said.notes is None


async def test_an_interaction_logged_now_has_the_time_of_the_decision(here: Desk):
    contact = await ann(here)
    here.now = NOW + HOUR
    await here.does(log_interaction, LogInteraction(record(NOW), contact, now=True))
    *_, logged = await here.events()
    assert isinstance(logged, InteractionLogged)
    assert logged.record.when.at == NOW + HOUR
