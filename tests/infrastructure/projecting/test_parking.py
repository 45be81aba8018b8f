"""A poison event parks its own stream for its read model; everything else goes on."""

from dataclasses import replace

import pytest

from domain.record import Said
from infrastructure.projecting.rebuild import rebuild
from tests.infrastructure.projecting.support import (
    BEHIND,
    SUBJECTS,
    Ledger,
    caught_up_with_log,
    ledger,
)
from tests.infrastructure.projecting.test_projector import running

pytestmark = pytest.mark.anyio

MODELS = (*BEHIND, SUBJECTS)


@pytest.fixture
async def opened(conninfo: str):
    async with ledger(conninfo, MODELS) as one:
        yield one


async def subjects(opened: Ledger) -> list[str]:
    return [subject for (subject,) in await opened.rows("SELECT subject FROM subjects ORDER BY 1")]


@pytest.mark.parametrize("subject", ["raises", "refused"])
async def test_a_poison_event_parks_its_stream_and_nothing_else(opened: Ledger, subject: str):
    poison = await opened.log("good")
    others = await opened.log_many(10)
    await opened.amend(poison, said=Said(subject=subject))
    await opened.log_many(10)
    async with running(opened.conninfo, MODELS):
        await caught_up_with_log(opened, "subjects", "activity")
    assert await opened.parked() == [("subjects", str(poison.stream))]
    assert await subjects(opened) == ["Call"] * 20 + ["good"]
    assert await opened.counted() == len(others) + 11


@pytest.mark.parametrize("subject", ["raises", "refused"])
async def test_a_parked_stream_stays_as_it_was(opened: Ledger, subject: str):
    poison = await opened.log("before")
    spoilt = await opened.amend(poison, said=Said(subject=subject))
    async with running(opened.conninfo, MODELS, page_size=1):
        await caught_up_with_log(opened, "subjects")
        await opened.amend(spoilt, said=Said(subject="after"))
        await caught_up_with_log(opened, "subjects")
    assert await subjects(opened) == ["before"]


async def test_a_page_full_of_poison_parks_each_of_its_streams(opened: Ledger):
    for subject in ("raises", "refused", "good") * 4:
        await opened.log(subject)
    async with running(opened.conninfo, MODELS):
        await caught_up_with_log(opened, "subjects", "activity")
    assert len(await opened.parked()) == 8
    assert await subjects(opened) == ["good"] * 4
    assert await opened.counted() == 12


@pytest.mark.parametrize(
    "damage",
    [
        "SET state = 'not JSON'",
        "SET state = '[]'",
        "SET state = '\\xff'",
        "SET topic = 'kith.interaction.unheard-of.v9'",
        # An event that can be read and can't come first.
        """SET topic = 'kith.interaction.deleted.v1'""",
    ],
)
async def test_an_unreadable_event_parks_its_stream_wherever_it_is_followed(
    opened: Ledger, damage: str
):
    broken = await opened.log()
    await opened.log_many(5)
    await opened.amend(broken, word="ring")
    async with opened.pool.connection() as connection:
        await connection.execute(
            f"UPDATE stored_events {damage} WHERE originator_id = %s AND originator_version = 1",
            (str(broken.stream),),
        )
    async with running(opened.conninfo, MODELS):
        await caught_up_with_log(opened, "subjects", "activity", "tactic_use")
    stream = str(broken.stream)
    following = sorted(model.name for model in MODELS if broken.stream.kind in model.kinds)
    assert await opened.parked() == [(name, stream) for name in following]
    assert await subjects(opened) == ["Call"] * 5
    assert await opened.counted() == 5


async def test_the_reason_is_kept_whatever_it_is_made_of(opened: Ledger):
    def raising(_):
        raise RuntimeError("a\0b\ud800\n" + "c" * 10_000)

    odd = replace(SUBJECTS, project=raising)
    await opened.log()
    async with running(opened.conninfo, (odd,)):
        await caught_up_with_log(opened, "subjects")
    reason = await opened.value("SELECT reason FROM parked_streams")
    assert reason.startswith("RuntimeError: ab? c")
    assert len(reason) == 500


async def test_a_rebuild_takes_up_again_what_was_parked(opened: Ledger):
    def forgiving(step):
        subject = step.after.state.record.said.subject.replace("raises", "forgiven")
        return SUBJECTS.project(step._replace(after=_with(step.after, subject)))

    poison = await opened.log("raises")
    async with running(opened.conninfo, MODELS):
        await caught_up_with_log(opened, "subjects")
        assert await opened.parked() == [("subjects", str(poison.stream))]
        await rebuild(opened.conninfo, replace(SUBJECTS, project=forgiving))
        assert await opened.parked() == []
        assert await subjects(opened) == ["forgiven"]
        await opened.amend(poison, said=Said(subject="later"))
        await caught_up_with_log(opened, "subjects")
    assert await subjects(opened) == ["later"]


def _with(entity, subject):
    record = entity.state.record
    said = record.said.model_copy(update={"subject": subject})
    state = replace(entity.state, record=record.model_copy(update={"said": said}))
    return replace(entity, state=state)
