"""The demonstration's data: plenty, believable, and there only once."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from application.context import Principal
from application.ledger import Caller
from infrastructure.demo.people import CONTACTS
from infrastructure.demo.year import INTERACTIONS, MEETINGS, Year
from infrastructure.system import open_system, prepare_database

pytestmark = pytest.mark.anyio

DEVELOPER = Caller(Principal(user="1", name="Developer", tenant="1"), "demo", "a test")


def events(conninfo: str) -> Counter[str]:
    with psycopg.connect(conninfo) as connection:
        return Counter(topic for (topic,) in connection.execute("SELECT topic FROM stored_events"))


async def live(conninfo: str, now: datetime) -> None:
    async with open_system(conninfo) as system:
        await Year(system.ledger, DEVELOPER, now, lambda: None).live()


async def test_a_year_has_contacts_interactions_and_meetings_and_a_second_run_adds_nothing(
    database: Callable[[], str],
):
    conninfo = database()
    prepare_database(conninfo)
    now = datetime.now(UTC)
    await live(conninfo, now)
    first = events(conninfo)
    assert first["kith.contact.added.v1"] == CONTACTS
    assert first["kith.meeting.scheduled.v1"] == MEETINGS
    completed = first["kith.meeting.completed.v1"]
    assert first["kith.interaction.logged.v1"] == INTERACTIONS + completed
    assert completed > first["kith.meeting.cancelled.v1"] > 0
    assert first["kith.meeting.missed.v1"] > 0
    assert first["kith.contact.status-changed.v1"] > CONTACTS / 2

    await live(conninfo, now + timedelta(days=3))
    assert events(conninfo) == first
