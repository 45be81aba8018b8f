"""A job that the database or a projector refuses fails alone; the others of its batch commit."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from application.errors import Rejected
from application.ports import Answer, Change, Job, Receipt
from domain.interaction import Interaction, InteractionLogged
from tests.domain.samples import CALL
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import (
    added,
    adds,
    change,
    job,
    key,
    renames,
    stream,
)
from tests.infrastructure.append.poisons import MODELS, POISONS, parked, rows
from tests.infrastructure.append.support import Hold, Process, prepare, process, until

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def ledger(database) -> str:
    conninfo = prepare(database(), MODELS)
    with psycopg.connect(conninfo) as connection:
        connection.execute("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF convert_from(NEW.state, 'UTF8') LIKE '%refused by the log%' THEN
                    RAISE EXCEPTION 'no' USING errcode = 'KI001';
                END IF;
                RETURN NEW;
            END $$""")
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON stored_events "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    return conninfo


@pytest.fixture
async def one(ledger: str):
    async with process(ledger, MODELS) as opened:
        await opened.appender.append(adds())
        yield opened


async def in_one_batch(one: Process, held: Hold, jobs: list[Job]) -> list[Receipt | BaseException]:
    before = one.appender.counts.batches
    async with held() as waited_for:
        first = asyncio.create_task(one.appender.append(adds()))
        await waited_for()
        tasks = [asyncio.create_task(one.appender.append(each)) for each in jobs]
        await until(lambda: one.appender.queued == len(jobs))
    await first
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert one.appender.counts.batches - before == 2
    return results


@pytest.mark.parametrize("guilty", [0, 13, 29])
async def test_a_job_the_log_refuses_fails_alone(
    ledger: str, one: Process, held: Hold, guilty: int
):
    names = [stream() for _ in range(30)]
    jobs = [adds(name) for name in names]
    jobs[guilty] = adds(names[guilty], "refused by the log")
    results = await in_one_batch(one, held, jobs)
    refused = results.pop(guilty)
    assert isinstance(refused, Rejected)
    assert not refused.for_its_data
    assert all(isinstance(result, Receipt) for result in results)
    log = check_log(ledger)
    assert {(str(name), 1) for name in names} - set(log) == {(str(names[guilty]), 1)}
    assert rows(ledger, "people") >= {str(n.id) for n in names} - {str(names[guilty].id)}


async def test_several_guilty_jobs_fail_alone(ledger: str, one: Process, held: Hold):
    jobs = [adds(called="refused by the log" if n % 4 == 0 else "Ann") for n in range(40)]
    results = await in_one_batch(one, held, jobs)
    failed = [n for n, result in enumerate(results) if not isinstance(result, Receipt)]
    assert failed == list(range(0, 40, 4))
    check_log(ledger)


async def test_a_stream_whose_name_no_text_can_hold_fails_alone(one: Process, held: Hold):
    jobs = [adds(), adds(stream(tenant="NUL\0")), adds()]
    good, bad, fine = await in_one_batch(one, held, jobs)
    assert isinstance(bad, Rejected)
    assert bad.for_its_data
    assert isinstance(good, Receipt)
    assert isinstance(fine, Receipt)


@pytest.mark.parametrize("poison", POISONS)
async def test_an_event_only_a_projector_refuses_is_logged_and_parked(
    ledger: str, one: Process, held: Hold, poison: str
):
    names = [stream() for _ in range(9)]
    jobs = [adds(name) for name in names]
    jobs[4] = adds(names[4], poison)
    results = await in_one_batch(one, held, jobs)
    assert all(isinstance(result, Receipt) for result in results)
    position = results[4].entities[names[4]].position  # type: ignore[union-attr]
    assert parked(ledger, names[4]) == {"people": position}
    assert all(not parked(ledger, name) for name in names if name != names[4])
    ids = {str(name.id) for name in names}
    assert rows(ledger, "people") & ids == ids - {str(names[4].id)}
    assert rows(ledger, "names") & ids == ids
    check_log(ledger)


@pytest.mark.parametrize("poison", POISONS)
async def test_later_events_of_a_parked_stream_are_left_out_there_and_only_there(
    ledger: str, one: Process, poison: str
):
    name = stream()
    await one.appender.append(adds(name, "Ann"))
    ann = await one.log.load(name, fresh=True)
    assert ann is not None
    receipt = await one.appender.append(renames(ann, poison))
    poisoned = receipt.entities[name]
    batches = one.appender.counts.batches
    await one.appender.append(renames(poisoned, "Ann again"))
    assert one.appender.counts.batches == batches + 1
    assert parked(ledger, name) == {"people": poisoned.position}
    with psycopg.connect(ledger) as connection:
        (row,) = connection.execute("SELECT name FROM people WHERE id = %s", (str(name.id),))
        assert row == ("Ann",)
    assert str(name.id) in rows(ledger, "names")


async def test_a_poisoned_job_of_several_streams_parks_only_those_the_read_model_follows(
    ledger: str, one: Process
):
    contact, interaction = stream(), stream(kind="interaction")
    logged = InteractionLogged(number=1, record=CALL)
    call = Change(interaction, None, [logged], [Interaction.evolve(None, logged)])
    both = job(change(contact, None, added("poison for PostgreSQL")), call)
    await one.appender.append(both)
    assert set(parked(ledger, contact)) == {"people"}
    assert parked(ledger, interaction) == {}
    assert str(interaction.id) in rows(ledger, "calls")


async def test_a_poisoned_job_keeps_its_key_and_its_answer(one: Process):
    keyed = key(uuid4().hex)

    def answer(_: Receipt) -> Answer:
        return Answer(201, (), "told")

    def again() -> Job:
        return adds(stream(), "poison for PostgreSQL", key=keyed, answer=answer)

    first, second = await one.appender.append(again()), await one.appender.append(again())
    assert (first.answer, second.replayed) == (Answer(201, (), "told"), Answer(201, (), "told"))


async def test_an_answer_that_cant_be_made_is_the_fault_of_its_job_alone(
    ledger: str, one: Process, held: Hold
):
    def fails(_: Receipt) -> Answer:
        raise ZeroDivisionError

    def unstorable(_: Receipt) -> Answer:
        return Answer(200, (), "\ud800")

    jobs = [
        adds(),
        adds(key=key(uuid4().hex), answer=fails),
        adds(key=key(uuid4().hex), answer=unstorable),
        adds(),
    ]
    first, failed, refused, last = await in_one_batch(one, held, jobs)
    assert isinstance(failed, ZeroDivisionError)
    assert isinstance(refused, ValueError)
    assert isinstance(first, Receipt)
    assert isinstance(last, Receipt)
    check_log(ledger)


async def test_an_event_no_encoding_can_hold_never_gets_into_a_batch(one: Process):
    broken = adds()
    details = broken.changes[0].events[0].details.model_copy(update={"name": "\ud800"})  # type: ignore[attr-defined]
    broken.changes[0].events[0] = (
        broken.changes[0].events[0].model_copy(update={"details": details})
    )
    with pytest.raises(ValueError, match="surrogates"):
        await one.appender.append(broken)
    await one.appender.append(adds())
