"""The demonstration's year: plenty, believable, and there only once."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from pydantic_core import from_json

from domain.kinds import Kind
from domain.relationship import RelationshipStatus
from infrastructure.demo.people import HOW_MANY
from infrastructure.demo.telling import Telling
from infrastructure.demo.year import tell
from infrastructure.system import open_system, prepare_database

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


async def told(conninfo: str, now: datetime = NOW) -> Telling:
    async with open_system(conninfo) as system:
        telling = Telling(system.ledger, "1", "a test")
        await tell(telling, now)
        return telling


@pytest.fixture(scope="module")
async def year(database: Callable[[], str]) -> str:
    """A database in which the year was told."""
    conninfo = database()
    prepare_database(conninfo)
    await told(conninfo)
    return conninfo


def rows(conninfo: str, sql: str):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(sql).fetchall()


async def test_a_demo_year_told_again_adds_nothing(year):
    before = rows(year, "SELECT count(*) FROM stored_events")

    for days in (0, 1, 3, 5):
        again = await told(year, NOW + timedelta(days=days))
        assert again.news == 0
        assert again.commands > 1_500

    assert rows(year, "SELECT count(*) FROM stored_events") == before


async def test_an_interrupted_demo_year_is_told_to_its_end(year, database):
    conninfo = database()
    prepare_database(conninfo)
    async with open_system(conninfo) as system:
        steps = 0

        def stop() -> None:
            nonlocal steps
            steps += 1
            if steps == 700:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            await tell(Telling(system.ledger, "1", "a test", stop), NOW)
    assert rows(conninfo, "SELECT count(*) FROM stored_events") < rows(
        year, "SELECT count(*) FROM stored_events"
    )

    await told(conninfo)

    by_topic = "SELECT topic, count(*) FROM stored_events GROUP BY topic ORDER BY topic"
    assert rows(conninfo, by_topic) == rows(year, by_topic)


def test_the_demo_year_has_something_of_everything(year):
    documents = [
        from_json(document)
        for (document,) in rows(year, "SELECT document FROM timeline WHERE main")
    ]
    assert len(rows(year, "SELECT FROM contacts")) == HOW_MANY
    assert 1_200 < len(documents) < 2_000
    assert {shown.get("kind") or shown["interactionType"] for shown in documents} == set(Kind)
    for key in "tags rapportScore tacticLogs serviceId restrictedTags mail endDate lead".split():
        assert any(key in shown for shown in documents), key
    assert {shown["sentiment"] for shown in documents} > {"positive", "neutral", "negative"}
    assert any(shown["followUpNeeded"] for shown in documents)
    assert (
        max(Counter(shown["mail"]["threadId"] for shown in documents if "mail" in shown).values())
        > 3
    )
    statuses = {status for (status,) in rows(year, "SELECT status FROM contacts")}
    assert statuses == set(RelationshipStatus)
    assert {status for (status,) in rows(year, "SELECT status FROM meetings")} == {
        "scheduled",
        "completed",
        "cancelled",
        "noShow",
    }


def test_planned_interactions_alone_lie_ahead(year):
    ahead = rows(year, "SELECT planned, at > now() FROM timeline WHERE main GROUP BY 1, 2")
    assert sorted(ahead) == [(False, False), (True, True)]
    assert rows(year, "SELECT count(*) > 10 FROM meetings WHERE scheduled_at > now()") == [(True,)]


def test_a_year_is_spread_over_the_months_and_over_the_team(year):
    months = rows(year, "SELECT count(*) FROM timeline WHERE main GROUP BY date_trunc('month', at)")
    assert len([count for (count,) in months if count > 40]) >= 11
    owners = rows(year, "SELECT owner_id, count(*) FROM contacts GROUP BY owner_id")
    assert {owner for owner, _ in owners} == {"1", "2", "3", "4"}
    assert min(count for _, count in owners) >= 10
