"""Commands about tactics, and which of them may be recorded."""

from uuid import UUID, uuid4

import pytest

from application.catalogue import AddTactic, ChangeTactic, add_tactic, change_tactic
from application.contacts import AddContact, RemoveContact, add_contact, remove_contact
from application.errors import PreconditionFailed
from application.interactions import LogInteraction, log_own_interaction
from domain.contact import Details
from domain.errors import Invalid, NotFound
from domain.interaction import InteractionLogged
from domain.record import Rapport, Record, TacticUse
from domain.tactic import TacticChanged, TacticHidden, TacticShown
from tests.application.desk import Desk, id_of, position_of
from tests.domain.samples import record
from tests.domain.test_tactic import LISTENING, SIMILARITY, WALKING

pytestmark = pytest.mark.anyio


async def ann(desk: Desk, owner: str | None = None) -> UUID:
    return id_of(await desk.does(add_contact, AddContact(Details(name="Ann"), owner)))


def using(*tactics: UUID) -> Record:
    return record(rapport=Rapport(tactics=tuple(TacticUse(tactic_id=each) for each in tactics)))


def hide(tactic: UUID) -> ChangeTactic:
    return ChangeTactic(tactic, hidden=True)


class TestChanging:
    async def test_a_built_in_tactic_begins_a_stream_of_the_tenant(self, here: Desk):
        await here.does(change_tactic, hide(LISTENING))
        (recorded,) = await here.recorded()
        assert recorded.stream == (here.tenant, "tactic", LISTENING)
        assert recorded.version == 1
        assert recorded.event == TacticHidden(tactic_id=LISTENING)

    async def test_hiding_what_is_hidden_does_nothing(self, here: Desk):
        await here.does(change_tactic, hide(LISTENING))
        await here.does(change_tactic, hide(LISTENING))
        assert len(await here.events()) == 1

    async def test_a_change_may_reword_and_show_in_one_go(self, here: Desk):
        await here.does(change_tactic, hide(LISTENING))
        await here.does(change_tactic, ChangeTactic(LISTENING, {"name": "Listening"}, False))
        _, changed, shown = await here.events()
        assert isinstance(changed, TacticChanged)
        assert isinstance(shown, TacticShown)

    async def test_a_change_without_effect_leaves_a_built_in_tactic_untouched(self, here: Desk):
        answer = await here.does(change_tactic, ChangeTactic(LISTENING))
        assert position_of(answer) == 0
        assert await here.events() == []

    async def test_an_unknown_tactic_is_not_found(self, here: Desk):
        with pytest.raises(NotFound, match="Tactic not found"):
            await here.does(change_tactic, hide(uuid4()))

    async def test_a_change_with_a_stale_version_is_refused(self, here: Desk):
        hidden = await here.does(change_tactic, hide(LISTENING), if_match=0)
        command = ChangeTactic(LISTENING, {"name": "Listening"})
        with pytest.raises(PreconditionFailed):
            await here.does(change_tactic, command, if_match=0)
        await here.does(change_tactic, command, if_match=position_of(hidden))

    async def test_two_changes_at_once_are_both_kept(self, here: Desk, there: Desk):
        reword = ChangeTactic(LISTENING, {"name": "Listening"})
        here.log.meanwhile.append(lambda: there.does(change_tactic, reword))
        await here.does(change_tactic, hide(LISTENING))
        state = await here.state("tactic", LISTENING)
        assert (state.guidance.name, state.hidden) == ("Listening", True)


class TestRecording:
    async def test_built_in_and_own_tactics_are_logged_with_the_interaction(self, here: Desk):
        contact = await ann(here)
        own = id_of(await here.does(add_tactic, AddTactic(WALKING)))
        await here.does(log_own_interaction, LogInteraction(using(LISTENING, own), contact))
        *_, logged = await here.events()
        assert isinstance(logged, InteractionLogged)
        assert [use.tactic_id for use in logged.record.rapport.tactics] == [LISTENING, own]

    async def test_an_unknown_tactic_is_named_and_nothing_is_saved(self, here: Desk):
        contact, unknown = await ann(here), uuid4()
        command = LogInteraction(using(LISTENING, unknown), contact)
        with pytest.raises(Invalid, match=str(unknown)) as refused:
            await here.does(log_own_interaction, command)
        assert refused.value.field == "rapport.tactics.1"
        assert len(await here.events()) == 1

    async def test_a_hidden_tactic_isnt_offered(self, here: Desk):
        contact = await ann(here)
        await here.does(change_tactic, hide(LISTENING))
        with pytest.raises(Invalid, match=str(LISTENING)):
            await here.does(log_own_interaction, LogInteraction(using(LISTENING), contact))
        await here.does(log_own_interaction, LogInteraction(using(SIMILARITY), contact))

    async def test_a_tactic_hidden_meanwhile_isnt_logged(self, here: Desk, there: Desk):
        contact = await ann(here)
        here.log.meanwhile.append(lambda: there.does(change_tactic, hide(LISTENING)))
        with pytest.raises(Invalid, match=str(LISTENING)):
            await here.does(log_own_interaction, LogInteraction(using(LISTENING), contact))

    async def test_a_contact_of_another_owner_is_not_found(self, here: Desk):
        contact = await ann(here, owner="6")
        with pytest.raises(NotFound, match="Contact not found"):
            await here.does(log_own_interaction, LogInteraction(using(), contact))

    async def test_a_removed_contact_is_not_found(self, here: Desk):
        contact = await ann(here)
        await here.does(remove_contact, RemoveContact(contact))
        with pytest.raises(NotFound, match="Contact not found"):
            await here.does(log_own_interaction, LogInteraction(using(), contact))
