"""`kith demo`: a year with something of everything, ending today, imported only once."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import psycopg
import pytest
from pydantic_core import from_json

from api.cli import CommandError
from api.cli.demo import fill
from api.cli.sample import by_author
from domain.kinds import Kind
from domain.relationship import RelationshipStatus
from infrastructure.system import open_system, prepare_database
from tests.api.cli.running import run

pytestmark = pytest.mark.anyio

CONTACTS, MEETINGS, INTERACTIONS = 60, 233, 1_460
TODAY = datetime.now(UTC).date()
A_WEEK_OF_DAYS = [date(2027, 3, 1) + timedelta(days=days) for days in range(7)]


async def filled(conninfo: str, today: date = TODAY, tenant: str = "1") -> int:
    async with open_system(conninfo) as system:
        return await fill(system.ledger, tenant, by_author(today))


@pytest.fixture(scope="module")
async def year(database: Callable[[], str]) -> str:
    """A database with the sample in tenant 1."""
    conninfo = database()
    prepare_database(conninfo)
    assert await filled(conninfo) == CONTACTS + MEETINGS + INTERACTIONS
    return conninfo


def rows(conninfo: str, sql: str):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(sql).fetchall()


def documents(conninfo: str) -> list[dict]:
    shown = rows(conninfo, "SELECT document FROM timeline WHERE main")
    return [from_json(document) for (document,) in shown]


def test_the_command_fills_an_empty_tenant_and_ends_with_a_line_to_try(module_database):
    done = run(module_database, "demo", "--tenant", "demo")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Tenant demo has a year of data: 1,753 records were added.\n")
    assert "curl -H " in done.stdout.splitlines()[-1]
    assert "$(kith token --tenant demo)" in done.stdout
    assert "1753/1753" in done.stderr

    again = run(module_database, "demo", "--tenant", "demo")
    assert again.stdout.startswith("The data is there already")


def test_a_tenant_that_cannot_be_one_is_refused(module_database):
    done = run(module_database, "demo", "--tenant", "a/b")

    assert (done.returncode, done.stdout) == (1, "")
    assert "A tenant consists of letters" in done.stderr.splitlines()[-1]


async def test_the_sample_repeated_on_any_day_adds_nothing(year):
    before = rows(year, "SELECT count(*) FROM stored_events")

    for days in (0, 1, 40):
        assert await filled(year, TODAY + timedelta(days=days)) == 0

    assert rows(year, "SELECT count(*) FROM stored_events") == before


async def test_an_interrupted_import_is_completed_by_the_next(year, database):
    conninfo = database()
    prepare_database(conninfo)
    async with open_system(conninfo) as system:
        *begun, (user, records) = islice(by_author(TODAY), 6)
        await fill(system.ledger, "1", [*begun, (user, records[:50])])
    assert 0 < len(documents(conninfo)) < INTERACTIONS

    await filled(conninfo)

    by_topic = "SELECT topic, count(*) FROM stored_events GROUP BY topic ORDER BY topic"
    assert rows(conninfo, by_topic) == rows(year, by_topic)


async def test_a_refused_record_is_an_error(year):
    async with open_system(year) as system:
        user, (*_, contact) = next(by_author(TODAY))
        with pytest.raises(CommandError, match="1 records were refused, first: name"):
            await fill(system.ledger, "1", [(user, [contact | {"name": 1}])])


def test_the_sample_has_something_of_everything(year):
    shown = documents(year)
    assert rows(year, "SELECT count(*) FROM contacts") == [(CONTACTS,)]
    assert rows(year, "SELECT count(*) FROM meetings") == [(MEETINGS,)]
    assert len(shown) == INTERACTIONS
    assert {record.get("kind") or record["interactionType"] for record in shown} == set(Kind)
    for key in "tags rapportScore tacticLogs serviceId restrictedTags mail endDate lead".split():
        assert any(key in record for record in shown), key
    assert {record["sentiment"] for record in shown} > {"positive", "neutral", "negative"}
    assert any(record["followUpNeeded"] for record in shown)
    threads = Counter(record["mail"]["threadId"] for record in shown if "mail" in record)
    assert max(threads.values()) > 3
    statuses = {status for (status,) in rows(year, "SELECT status FROM contacts")}
    assert statuses == set(RelationshipStatus)
    moves = rows(year, "SELECT DISTINCT document::jsonb ->> 'newStatus' FROM status_history")
    assert {status for (status,) in moves} == set(RelationshipStatus) - {"prospect"}
    assert {status for (status,) in rows(year, "SELECT status FROM meetings")} == {
        "scheduled",
        "completed",
        "cancelled",
        "noShow",
    }


def test_only_plans_lie_ahead_and_the_newest_record_is_days_old(year):
    ahead = rows(year, "SELECT planned, at > now() FROM timeline WHERE main GROUP BY 1, 2")
    assert sorted(ahead) == [(False, False), (True, True)]
    newest = "SELECT now() - max(at) < interval '5 days' FROM timeline WHERE main AND NOT planned"
    assert rows(year, newest) == [(True,)]
    assert rows(year, "SELECT count(*) > 10 FROM meetings WHERE scheduled_at > now()") == [(True,)]
    assert rows(
        year, "SELECT DISTINCT status FROM meetings WHERE scheduled_at > now() ORDER BY 1"
    ) == [("scheduled",)]


def test_the_year_is_spread_over_the_months_and_over_the_team(year):
    months = rows(year, "SELECT count(*) FROM timeline WHERE main GROUP BY date_trunc('month', at)")
    assert len([count for (count,) in months if count > 40]) >= 11
    owners = rows(year, "SELECT owner_id, count(*) FROM contacts GROUP BY owner_id")
    assert {owner for owner, _ in owners} == {"1", "2", "3", "4"}
    assert min(count for _, count in owners) >= 10
    authors = Counter(record["createdBy"]["name"] for record in documents(year))
    assert len(authors) == 4
    assert min(authors.values()) > 100


@pytest.mark.parametrize("today", A_WEEK_OF_DAYS)
def test_whichever_day_it_ends_the_practice_works_on_weekdays(today):
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for _, records in by_author(today):
        for record in records:
            at = record.get("scheduledDateTime") or record.get("date")
            if at is None:
                continue
            is_plan = record.get("contract") == "import" or record.get("status") == "scheduled"
            assert (datetime.fromisoformat(at) > midnight) is is_plan
            if "mail" not in record:
                assert datetime.fromisoformat(at).weekday() < 5
