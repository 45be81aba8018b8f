"""`kith verify`: what was tampered with is found, and nothing live is touched."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.entity import Entity
from domain.kinds import Kind
from domain.record import Labels, Participant, People, Said, When
from infrastructure.log.check import Verdict
from infrastructure.projecting.projectors import projector
from infrastructure.projecting.verify import verify
from projections.all_models import READ_MODELS
from projections.status_history.model import STATUS_HISTORY
from tests.infrastructure.projecting.history import HOUR, mixed_history
from tests.infrastructure.projecting.support import (
    BEHIND,
    NOW,
    Ledger,
    caught_up_with_log,
    ledger,
)
from tests.infrastructure.projecting.test_projector import running

pytestmark = pytest.mark.anyio


async def verdicts(opened: Ledger, models=READ_MODELS) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in await verify(opened.conninfo, models)}


@pytest.fixture
async def full(opened: Ledger) -> Ledger:
    await mixed_history(opened)
    async with running(opened.conninfo):
        await caught_up_with_log(opened, "activity", "tactic_use")
    return opened


async def test_an_honest_ledger_is_verified_and_left_as_it_was(full: Ledger):
    before = {model.name: await full.dump(model) for model in READ_MODELS}
    found = await verdicts(full)
    assert [name for name, verdict in found.items() if not verdict.equal] == []
    assert list(found) == ["the log", *(model.name for model in READ_MODELS)]
    assert found["the log"].checked == await full.head()
    assert {name: verdict.checked for name, verdict in found.items() if name != "the log"} == {
        name: len(rows) for name, rows in before.items()
    }
    assert before == {model.name: await full.dump(model) for model in READ_MODELS}
    assert await full.rows("SELECT FROM checkpoints WHERE name LIKE '%shadow'") == []


async def test_a_read_model_that_is_behind_is_verified_as_far_as_it_is(opened: Ledger):
    await opened.log_many(10)
    async with running(opened.conninfo):
        await caught_up_with_log(opened, "activity")
    await opened.log_many(10)
    found = await verdicts(opened)
    assert found["activity"].equal
    assert await opened.checkpoint("activity") == 10


async def test_appends_and_projecting_go_on_while_it_verifies(opened: Ledger):
    over = False

    async def writing() -> int:
        count = 0
        while not over:
            await opened.log(days=count % 3)
            count += 1
        return count

    async with running(opened.conninfo):
        writers = [asyncio.create_task(writing()) for _ in range(4)]
        for _ in range(2):
            found = await verdicts(opened)
            assert [verdict for verdict in found.values() if not verdict.equal] == []
        over = True
        assert sum(await asyncio.gather(*writers)) > 10


@pytest.mark.parametrize(
    ("name", "tampering", "wrong"),
    [
        ("timeline", "UPDATE timeline SET seconds = 601 WHERE search LIKE 'a call%'", 2),
        ("timeline", "DELETE FROM timeline WHERE search LIKE 'a call%'", 1),
        ("contacts", "UPDATE contacts SET name = 'Anne Lee' WHERE name = 'Ann Lee'", 2),
        ("status_history", "INSERT INTO status_history SELECT '9', contact_id, version, document "
         "FROM status_history LIMIT 1", 1),
        ("activity", "UPDATE activity SET interactions = interactions + 1 "
         "WHERE (tenant, contact_id, day) = (SELECT tenant, contact_id, day FROM activity "
         "WHERE tenant = '2' LIMIT 1)", 2),
        ("tactic_use", "DELETE FROM tactic_use", 2),
    ],
)  # fmt: skip
async def test_a_tampered_row_is_found(full: Ledger, name: str, tampering: str, wrong: int):
    async with full.pool.connection() as connection:
        await connection.execute(tampering)
    found = await verdicts(full)
    assert {one: verdict.wrong for one, verdict in found.items() if not verdict.equal} == {
        name: wrong
    }
    assert len(found[name].examples) == wrong
    model = next(model for model in READ_MODELS if model.name == name)
    assert (await verdicts(full, [model]))[name].wrong == wrong


async def test_a_table_of_another_version_is_not_called_equal(full: Ledger):
    newer = replace(STATUS_HISTORY, version=99)
    assert not (await verdicts(full, [newer]))["status_history"].equal


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        ("DELETE FROM stored_events WHERE notification_id = 3", "after position 2 comes 4"),
        ("UPDATE stored_events SET state = '{}' WHERE notification_id = 2", "can't be read"),
        ("UPDATE stored_events SET originator_version = 9 WHERE notification_id = 2", "a gap"),
        ("DELETE FROM commits WHERE position >= 4", "belongs to no commit"),
        ("INSERT INTO commits VALUES (99, now())", "where there is no event"),
        (
            "UPDATE commits SET recorded_at = recorded_at - interval '1 day' WHERE position = 4",
            "was recorded before the one before it",
        ),
        (
            "UPDATE stored_events SET state = convert_to(regexp_replace("
            "convert_from(state, 'UTF8'), '^.\"time\":\"20', '{\"time\":\"19'), 'UTF8') "
            "WHERE notification_id = 4",
            "has another time than its commit",
        ),
    ],
)
async def test_a_hole_in_the_log_is_found(opened: Ledger, tampering: str, finding: str):
    for _ in range(4):
        await opened.log()
    async with opened.pool.connection() as connection:
        await connection.execute(tampering)
    (verdict,) = await verify(opened.conninfo, [])
    assert not verdict.equal
    assert any(finding in example for example in verdict.examples), verdict.examples


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["log", "amend", "delete", "status", "details"]),
        st.integers(0, 4),
        st.integers(0, 5),
    ),
    min_size=5,
    max_size=30,
)


class Story:
    """Some interactions and contacts, and things that happen to them."""

    def __init__(self, opened: Ledger):
        self.opened = opened
        self.interactions: list[Entity] = []
        self.contacts: list[Entity] = []

    async def begin(self) -> None:
        self.contacts = [await self.opened.contact(name) for name in ("Ann", "Ben")]

    async def go_on(self, action: str, which: int, how: int) -> None:
        ann, ben = self.contacts
        changes: dict[int, dict[str, Any]] = {
            0: {"said": Said(subject="noted", sentiment="neutral")},
            1: {"when": When(at=NOW - how * HOUR * 20, duration=how)},
            2: {"people": People(participants=(Participant(contact_id=ben.id),))},
            3: {"labels": Labels(restricted=("hr",) * (which % 2))},
            4: {"when": When(at=NOW + HOUR)},
            5: {"kind": Kind.LUNCH, "people": People()},
        }
        parts = changes[how]
        if action == "log":
            contact = (ann.id, ben.id, None)[which % 3]
            self.interactions.append(await self.opened.log(contact=contact, **parts))
        elif action in ("amend", "delete") and self.interactions:
            which %= len(self.interactions)
            entity = self.interactions[which]
            if entity.state.deleted:
                return
            do = self.opened.amend(entity, **parts) if action == "amend" else None
            self.interactions[which] = await (do or self.opened.delete(entity))
        elif action in ("status", "details"):
            which %= 2
            entity = self.contacts[which]
            if action == "status":
                events = entity.state.mark_as_inactive() or entity.state.reactivate("again")
            else:
                details = entity.state.details.model_copy(update={"company": f"Company {how}"})
                events = entity.state.change_details(details)
            if events:
                self.contacts[which] = await self.opened.append(entity.stream, entity, *events)


@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=ACTIONS, in_process=st.booleans())
async def test_every_read_model_equals_its_rebuild_after_any_history(
    conninfo: str, actions, in_process: bool
):
    one = projector(conninfo, BEHIND, page_size=5)
    async with ledger(conninfo, committed=[one.committed] if in_process else []) as opened:
        await one.start()
        story = Story(opened)
        await story.begin()
        for action in actions:
            await story.go_on(*action)
        await caught_up_with_log(opened, "activity", "tactic_use")
        await one.stop()
        found = await verdicts(opened)
        assert [verdict for verdict in found.values() if not verdict.equal] == []
        assert await opened.parked() == []
