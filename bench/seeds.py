"""The content of the databases before anything is measured: the same records on both sides.

kith's come in through its own appender, many to a job, so that events and read models are there
as if each had been posted; the peer's are copied into its table.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from uuid import UUID

import psycopg
import uvloop
from tqdm import tqdm
from uuid_utils.compat import uuid7

from api.contracts.tracking.interaction_schemas import NewInteraction
from application.contacts import AddContact, add_contact
from application.context import Caller, Principal
from application.ledger import actor_of
from application.ports import Answer, Change, Job
from bench import peer, sample
from bench.servers import Ground
from domain.contact import Details
from domain.interaction import Interaction, InteractionLogged
from domain.streams import StreamName
from infrastructure.append.group_commit import GroupCommit
from infrastructure.system import System, open_system, prepare_database

TENANT = "1"
DEVELOPER = Principal(
    user="1",
    name="Developer",
    number=1,
    given_name="Developer",
    tenant=TENANT,
    permissions=frozenset({"view_contacts", "edit_contacts"}),
)
CHANGES_PER_JOB = 100
JOBS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Contacts:
    """`posted` are those that interactions are posted to; `busy` and `deep` have a past."""

    posted: tuple[UUID, ...]
    busy: UUID
    deep: UUID


def change(contact: UUID, index: int, number: int) -> Change:
    """A logged interaction, as its handler would have decided it."""
    record = NewInteraction.model_validate(sample.interaction(contact, index)).record()
    event = InteractionLogged(number=number, contact_id=contact, record=record)
    stream = StreamName(TENANT, Interaction.kind, uuid7())
    return Change(stream, None, [event], [Interaction(number, contact, record)])


def jobs(changes: Iterator[Change], size: int = CHANGES_PER_JOB) -> Iterator[Job]:
    actor = actor_of(DEVELOPER)
    while taken := list(islice(changes, size)):
        yield Job(actor, "tracking", "bench", taken)


async def append_all(
    appender: GroupCommit, work: Iterator[Job], said: Callable[[int], object]
) -> None:
    """Append the jobs, a few at a time."""

    async def worker() -> None:
        for job in work:
            await appender.append(job)
            said(len(job.changes))

    await asyncio.gather(*[worker() for _ in range(JOBS_AT_ONCE)])


def seed(ground: Ground, *, busy: int, deep: int, posted: int = 100) -> Contacts:
    """Both databases: a contact of `busy` interactions, one of `deep`, and empty ones."""
    prepare_database(ground.url("kith"))
    contacts = uvloop.run(_seed_kith(ground.url("kith"), busy, deep, posted))
    _seed_peer(ground.make("peer"), contacts, busy, deep)
    for database in ("kith", "peer"):
        ground.execute("VACUUM ANALYZE", database)
    ground.settle()
    return contacts


async def _seed_kith(conninfo: str, busy: int, deep: int, posted: int) -> Contacts:
    async with open_system(conninfo) as system:
        contacts = await _add_contacts(system, posted + 2)
        made = Contacts(tuple(contacts[2:]), contacts[0], contacts[1])
        # Numbers of their own, beyond those that kith will hand out meanwhile.
        numbers = count(1_000_000_000)
        with tqdm(
            total=busy + deep, desc="seeding kith", unit=" events", unit_scale=True, mininterval=1
        ) as bar:
            for contact, size in ((made.busy, busy), (made.deep, deep)):
                changes = (change(contact, index, next(numbers)) for index in range(size))
                await append_all(system.appender, jobs(changes), bar.update)
    return made


async def _add_contacts(system: System, wanted: int) -> list[UUID]:
    found: list[UUID] = []
    caller = Caller(DEVELOPER, "tracking", "bench")
    for index in range(wanted):
        details = Details(name=f"Contact {index}", email=f"contact-{index}@example.com")
        await system.ledger.carry_out(
            caller, add_contact, AddContact(details), lambda entity: _note(found, entity.id)
        )
    return found


def _note(found: list[UUID], identity: UUID) -> Answer:
    found.append(identity)
    return Answer(201)


def _seed_peer(conninfo: str, contacts: Contacts, busy: int, deep: int) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute(peer.SCHEMA)
        cursor = connection.cursor()
        with cursor.copy(f"COPY interactions ({peer.WRITTEN}) FROM STDIN") as copy:
            for contact, size in ((contacts.busy, busy), (contacts.deep, deep)):
                for row in _rows(contact, size):
                    copy.write_row(row)


def _rows(contact: UUID, size: int) -> Iterator[Sequence[object]]:
    for index in range(size):
        yield [*sample.interaction(contact, index).values(), "Developer"]


__all__ = ["DEVELOPER", "TENANT", "Contacts", "append_all", "change", "jobs", "seed"]
