"""The key of the hashes of addresses is made once, and never plain."""

import pytest

from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from infrastructure.sync.address_key import address_key
from tests.infrastructure.sync.calendar_server import event

pytestmark = pytest.mark.anyio

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)


async def test_a_key_is_made_once_and_sealed_with_the_first_of_the_keys(opened):
    fetch = fetching(opened.pool)
    key = await address_key(fetch, Keys([OLD]))
    assert await address_key(fetch, Keys([NEW, OLD])) == key
    value = str(await opened.value("SELECT value FROM calendar_key"))
    assert value.startswith("sealed:new:")
    assert await address_key(fetch, Keys([NEW])) == key


async def test_a_key_that_is_lost_is_replaced_and_events_are_looked_at_again(opened, desk):
    fetch = fetching(opened.pool)
    before = await address_key(fetch, Keys([NEW]))
    desk.server.save(event())
    await desk.visit()
    assert await address_key(fetch, Keys([OLD])) != before
    await desk.contact()
    await desk.visit()
    assert await desk.events() == ["scheduled"]
