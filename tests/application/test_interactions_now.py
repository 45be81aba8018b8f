"""Logging what has just happened (the relationships document)."""

from uuid import UUID

import pytest

from application.contacts import AddContact, add_contact
from application.interactions_now import LogInteractionNow, log_interaction_now
from domain.contact import Details
from domain.interaction import InteractionLogged
from tests.application.desk import Desk, id_of
from tests.domain.samples import HOUR, NOW, record

pytestmark = pytest.mark.anyio


async def test_its_time_is_the_servers_when_it_is_decided(here: Desk):
    contact: UUID = id_of(await here.does(add_contact, AddContact(Details(name="Ann"))))
    here.now = NOW + HOUR
    await here.does(log_interaction_now, LogInteractionNow(contact, record))
    *_, logged = await here.events()
    assert isinstance(logged, InteractionLogged)
    assert logged.record.when.at == NOW + HOUR
