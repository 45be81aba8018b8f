"""The lag of each read model, in events and in seconds, and its parked streams."""

from dataclasses import replace

import pytest

from infrastructure.projecting.status import status
from projections.all_models import READ_MODELS
from tests.infrastructure.projecting.support import (
    BEHIND,
    SUBJECTS,
    Ledger,
    caught_up_with_log,
    ledger,
)
from tests.infrastructure.projecting.test_projector import running

pytestmark = pytest.mark.anyio


async def statuses(opened: Ledger, models=READ_MODELS):
    async with opened.pool.connection() as connection:
        return {one.name: one for one in await status(connection, models)}


async def test_a_read_model_written_with_the_append_is_never_behind(opened: Ledger):
    await opened.log_many(7)
    timeline = (await statuses(opened))["timeline"]
    assert (timeline.checkpoint, timeline.events, timeline.seconds) == (7, 0, 0)


async def test_a_lagging_read_model_is_as_old_as_the_first_event_it_lacks(opened: Ledger):
    await opened.log_many(3)
    async with running(opened.conninfo):
        await caught_up_with_log(opened, "activity")
    await opened.log()
    await opened.log()
    async with opened.pool.connection() as connection:
        await connection.execute(
            "UPDATE commits SET recorded_at = recorded_at - interval '1 hour' WHERE position = 4"
        )
    activity = (await statuses(opened))["activity"]
    assert (activity.checkpoint, activity.events) == (3, 2)
    assert 3600 <= activity.seconds < 3700
    timeline = (await statuses(opened))["timeline"]
    assert (timeline.events, timeline.seconds) == (0, 0)


async def test_a_missing_or_outdated_read_model_is_not_current(opened: Ledger):
    models = [replace(READ_MODELS[0], version=99), *READ_MODELS[1:], SUBJECTS]
    found = await statuses(opened, models)
    assert [one.name for one in found.values() if not one.current] == ["contacts", "subjects"]


async def test_a_parked_stream_is_listed_with_its_reason(conninfo: str):
    async with ledger(conninfo, (*BEHIND, SUBJECTS)) as opened:
        poison = await opened.log("raises")
        async with running(conninfo, (*BEHIND, SUBJECTS)):
            await caught_up_with_log(opened, "subjects")
        (parked,) = (await statuses(opened, [SUBJECTS]))["subjects"].parked
        assert (parked.stream, parked.position) == (str(poison.stream), 1)
        assert parked.reason == "RuntimeError: this projector can't take it"
