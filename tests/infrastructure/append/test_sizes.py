"""The sizes of jobs: estimated before the append lock is taken, near the bytes that are sent under
it, and the bound of each job and batch."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given as for_any
from uuid_utils.compat import uuid7

from application.errors import TooLarge
from application.ports import Change, Job, Receipt
from domain.interaction import Interaction, InteractionDeleted, InteractionLogged
from domain.record import Labels, Participant, People, Place, Record, Said, When
from infrastructure.append import group_commit
from infrastructure.append.batch import LogView, decide, encode_job
from infrastructure.append.sizes import judged_size
from infrastructure.append.transaction import write_commands
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import WithAppend
from projections.read_model import ReadModel
from projections.timeline.model import TIMELINE
from tests.domain.anything import records
from tests.domain.samples import HOUR, NOW, record
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import job, stream
from tests.infrastructure.append.support import (
    WITH_APPEND,
    Hold,
    Process,
    blocked,
    prepare,
    process,
)
from tests.projections.given import with_content_in_every_row

pytestmark = pytest.mark.anyio

QUOTES = '"' * 1_000
"""The character that JSON within JSON makes the longest."""


def people(count: int, name: str = "x") -> People:
    ids = (UUID(int=number) for number in range(1, count + 1))
    return People(participants=tuple(Participant(name=name, contact_id=each) for each in ids))


def logs(what: Record) -> Job:
    event = InteractionLogged(number=1, record=what)
    state = Interaction.evolve(None, event)
    return job(Change(stream(kind="interaction"), None, [event], [state]))


def amends(before: Job, what: Record | None) -> Job:
    """The job that amends the record of another one, or deletes it."""
    entity = after(before)
    event = InteractionDeleted()
    if what is not None:
        (event,) = entity.state.amend(what, datetime.now(UTC), may_plan=True)
    state = Interaction.evolve(entity.state, event)
    return job(Change(entity.stream, entity, [event], [state]))


def after(one: Job):
    (receipt,) = decide([encoded(one)], LogView(), datetime.now(UTC)).verdicts
    assert isinstance(receipt, Receipt)
    (entity,) = receipt.entities.values()
    return entity


def encoded(one: Job, models: Sequence[ReadModel] = WITH_APPEND):
    return encode_job(one, uuid7, projection(models).size)


def projection(models: Sequence[ReadModel]) -> WithAppend:
    return WithAppend([Table(model) for model in models])


def sent(one: Job, models: Sequence[ReadModel] = WITH_APPEND) -> int:
    """The bytes of the statements that write a job."""
    versions = {str(c.stream): c.before.version for c in one.changes if c.before}
    batch = decide([encoded(one)], LogView(versions=versions), datetime.now(UTC))
    commands = [*write_commands(batch), *projection(models).together(batch.steps, [])]
    return sum(len(parameter or b"") for _, parameters in commands for parameter in parameters)


def holds(one: Job, models: Sequence[ReadModel] = WITH_APPEND) -> bool:
    """True if no more than twice the size is sent, and no less than an eighth."""
    size = encoded(one, models).size
    return size <= 8 * sent(one, models) <= 16 * size


LARGE = record(people=people(1_000, "n" * 100))
RESTRICTED = Labels(restricted=("tax", "hr"), tags=("vip",))
TEXTS = record(said=Said(notes=QUOTES, subject=QUOTES, topics=("t",) * 500), labels=RESTRICTED)


@pytest.mark.parametrize(
    "one",
    [
        logs(record()),
        logs(TEXTS),
        logs(record(people=people(1_000, QUOTES[:500]), labels=RESTRICTED)),
        logs(LARGE),
        amends(logs(LARGE), LARGE.model_copy(update={"said": Said(notes="one field")})),
        amends(logs(LARGE), record()),
        amends(logs(record()), LARGE),
        amends(logs(LARGE), None),
        amends(logs(TEXTS), TEXTS.model_copy(update={"labels": Labels()})),
    ],
    ids="small quotes names participants field none all deleted opened".split(),
)
def test_a_size_is_near_the_bytes_that_are_sent(one: Job):
    assert holds(one)


@for_any(records())
def test_any_records_size_is_near_the_bytes_that_are_sent(what: Record):
    first = logs(what)
    said = what.said.model_copy(update={"notes": "another"})
    assert holds(first)
    assert holds(amends(first, what.model_copy(update={"said": said})))


def test_a_read_model_that_writes_more_than_its_size_is_found():
    models = [replace(TIMELINE, project=with_content_in_every_row(TIMELINE))]
    many = record(people=people(200, "n" * 100))
    assert not holds(logs(many), models)
    assert not holds(amends(logs(many), many.model_copy(update={"said": Said(notes="x")})), models)


def test_a_read_model_without_a_size_of_its_own_is_found():
    one = amends(logs(LARGE), record(people=people(999)))
    blind = [replace(TIMELINE, size=lambda *_: 0)]
    assert encoded(one, blind).size < encoded(one).size - 1_000_000


def test_a_record_can_be_deleted_whatever_its_tags():
    tags = tuple(f"{number:099}" for number in range(100))
    what = record(people=people(1_000), labels=Labels(restricted=tags))
    assert encoded(amends(logs(what), None)).size < encoded(logs(what)).size


# The bounds


@pytest.fixture(scope="module")
def ledger(database) -> str:
    return prepare(database())


@pytest.fixture
async def one(ledger: str):
    async with process(ledger) as opened:
        yield opened


async def test_a_job_above_the_bound_is_refused_before_it_queues(
    ledger: str, one: Process, monkeypatch: pytest.MonkeyPatch
):
    small, large = logs(record()), logs(record(people=people(100)))
    size = encoded(large).size
    monkeypatch.setattr(group_commit, "LARGEST_JOB", size - 1)
    with pytest.raises(TooLarge):
        await one.appender.append(large)
    await one.appender.append(small)
    assert (str(large.changes[0].stream), 1) not in set(check_log(ledger))
    monkeypatch.setattr(group_commit, "LARGEST_JOB", size)
    await one.appender.append(large)
    assert (str(large.changes[0].stream), 1) in set(check_log(ledger))


def secret(size: int, **parts: object) -> Record:
    said = Said(notes="x" * size, topics=("t",) * (size // 1_000))
    return record(said=said, labels=Labels(restricted=("tax",))).model_copy(update=parts)


@pytest.mark.parametrize(
    "change",
    [
        {"people": people(100)},
        {"when": When(at=NOW, ends_at=NOW + HOUR)},
        {"place": Place(location="Here"), "labels": RESTRICTED},
    ],
    ids=lambda change: ", ".join(change),
)
def test_a_job_is_judged_without_the_hidden_content_that_it_leaves(change: dict[str, object]):
    few, many = (amends(logs(secret(n)), secret(n, **change)) for n in (1, 10_000))
    assert judged(few) == judged(many)
    assert encoded(few).size < encoded(many).size


def test_a_job_is_judged_by_the_hidden_content_that_it_changes():
    one = amends(logs(secret(10_000)), secret(10_001))
    assert judged(one) == encoded(one).size


def judged(one: Job) -> int:
    return judged_size(one, projection(WITH_APPEND).size)


async def test_hidden_content_refuses_no_amendment_of_what_is_open(
    one: Process, monkeypatch: pytest.MonkeyPatch
):
    first = logs(secret(90_000))
    await one.appender.append(first)
    crowd = amends(first, secret(90_000, people=people(10)))
    assert judged(crowd) < encoded(crowd).size
    monkeypatch.setattr(group_commit, "LARGEST_JOB", judged(crowd))
    with pytest.raises(TooLarge):
        await one.appender.append(amends(first, secret(90_001)))
    await one.appender.append(crowd)
    monkeypatch.setattr(group_commit, "LARGEST_JOB", judged(crowd) - 1)
    with pytest.raises(TooLarge):
        await one.appender.append(crowd)


async def batches(one: Process, held: Hold, jobs: Sequence[Job]) -> list[int]:
    """The number of jobs in each batch, of jobs that wait together."""
    sizes: list[int] = []
    one.appender.counts.sizes = sizes.append
    async with blocked(one, held):
        tasks = [asyncio.create_task(one.appender.append(each)) for each in jobs]
        while one.appender.queued < len(jobs):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    return sizes[1:]


def with_participants(count: int) -> list[Job]:
    whats = [logs(record(people=people(100))) for _ in range(count)]
    for number, each in enumerate(whats, uuid4().int % 2**40):
        event = each.changes[0].events[0].model_copy(update={"number": number})
        each.changes[0].events[0] = event
        each.changes[0].states[0] = Interaction.evolve(None, event)
    return whats


async def test_a_batch_is_bounded_by_the_rows_that_it_writes(
    one: Process, held: Hold, monkeypatch: pytest.MonkeyPatch
):
    jobs = with_participants(12)
    most = max(encoded(each).size for each in jobs)
    monkeypatch.setattr(group_commit, "MOST_BYTES", 3 * most)
    assert await batches(one, held, jobs) == [3, 3, 3, 3]


async def test_a_batch_that_ignores_rows_is_found_by_its_size(
    one: Process, held: Hold, monkeypatch: pytest.MonkeyPatch
):
    jobs = with_participants(12)
    most = max(encoded(each).size for each in jobs)
    monkeypatch.setattr(group_commit, "MOST_BYTES", 3 * most)
    monkeypatch.setattr(one.flusher.projection, "size", lambda *_: 0)
    assert len(await batches(one, held, jobs)) < 4
