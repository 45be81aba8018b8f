"""A ledger with its read models, and facts to fill it with."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from application.entity import AGGREGATES, Entity
from application.envelope import Actor
from application.ports import Change, Job
from domain.contact import Contact, Details
from domain.event import Event
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.record import Record, Said, When
from domain.streams import StreamName
from infrastructure.append.flusher import Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.following.checkpoints import Moved
from infrastructure.following.session import Part, Session
from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.pool import Pool
from infrastructure.postgres.schema import migrate
from infrastructure.projecting.rebuild import bring_up_to_date
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import WithAppend
from projections.all_models import READ_MODELS
from projections.analytics.sums import NOBODY
from projections.read_model import Put, ReadModel, Step

JOHN = Actor(id="5", name="John Smith", permissions=("edit_contacts", "view_contacts"))
NOW = datetime.now(UTC)
BEHIND = tuple(model for model in READ_MODELS if not model.with_append)
NUMBERS = count(1)


def _subjects(step: Step) -> Iterable[Put]:
    subject = step.after.state.record.said.subject or ""
    if subject == "raises":
        raise RuntimeError("this projector can't take it")
    row = {"tenant": step.tenant, "id": step.after.id, "subject": subject}
    yield Put((step.tenant, step.after.id), (row,), fresh=step.before is None)


SUBJECTS = ReadModel(
    name="subjects",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "id": "uuid NOT NULL",
        "subject": "text NOT NULL CHECK (subject <> 'refused')",
    },
    key=("tenant", "id"),
    project=_subjects,
    with_append=False,
)
"""A read model whose projector fails on one subject, and whose table refuses another."""


def record(subject: str = "Call", *, days: int = 0, **parts: Any) -> Record:
    when = When(at=NOW - timedelta(hours=1, days=days), duration=600)
    usual = {"kind": Kind.CALL, "word": "call", "when": when, "said": Said(subject=subject)}
    return Record(**usual | parts)


EMPTY = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('schema_migrations', 'checkpoints') LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    IF to_regclass('checkpoints') IS NOT NULL THEN
        UPDATE checkpoints SET position = 0;
    END IF;
END $$
"""


def emptied(conninfo: str) -> str:
    """A database whose tables stay, with nothing in them; the connection string again."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(EMPTY)
    return conninfo


@dataclass
class Ledger:
    """The open parts of one process. `append` goes through the group commit, as in production."""

    conninfo: str
    pool: AsyncConnectionPool[Any]
    appender: GroupCommit

    async def append(self, stream: StreamName, before: Entity | None, *events: Event) -> Entity:
        """The entity after the events. Without events, nothing is appended."""
        if before is not None and not events:
            return before
        change = Change(stream, before)
        state = None if before is None else before.state
        for event in events:
            state = AGGREGATES[stream.kind].evolve(state, event)
            change.events.append(event)
            change.states.append(state)
        receipt = await self.appender.append(Job(JOHN, "tracking", "req-1", [change]))
        return receipt.entities[stream]

    async def contact(self, name: str = "Ann Lee", tenant: str = "1") -> Entity:
        stream = StreamName(tenant, Contact.kind, uuid7())
        return await self.append(stream, None, *Contact.add(next(NUMBERS), Details(name=name), "5"))

    async def log(
        self,
        subject: str = "Call",
        *,
        tenant: str = "1",
        contact: UUID | None = None,
        days: int = 0,
        **parts: Any,
    ) -> Entity:
        stream = StreamName(tenant, Interaction.kind, uuid7())
        now = datetime.now(UTC)
        new = record(subject, days=days, **parts)
        return await self.append(
            stream, None, *Interaction.log(next(NUMBERS), contact, new, now, may_plan=True)
        )

    async def log_many(self, number: int, **parts: Any) -> list[Entity]:
        return await asyncio.gather(*[self.log(days=i % 5, **parts) for i in range(number)])

    async def amend(self, entity: Entity, **parts: Any) -> Entity:
        new = entity.state.record.model_copy(update=parts)
        events = entity.state.amend(new, datetime.now(UTC), may_plan=True)
        return await self.append(entity.stream, entity, *events)

    async def delete(self, entity: Entity) -> Entity:
        return await self.append(entity.stream, entity, *entity.state.delete())

    async def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(sql, parameters or None)
            found: list[tuple[Any, ...]] = await cursor.fetchall()
            return found

    async def value(self, sql: str, *parameters: object) -> Any:
        ((found,),) = await self.rows(sql, *parameters)
        return found

    async def checkpoint(self, name: str) -> int:
        """The rows of a read model behind the append."""
        sql = "SELECT position FROM checkpoints WHERE follower = 'projector' AND name = %s"
        return int(await self.value(sql, name))

    async def head(self) -> int:
        return int(await self.value("SELECT coalesce(max(notification_id), 0) FROM stored_events"))

    async def parked(self) -> list[tuple[str, str]]:
        return await self.rows("SELECT read_model, stream FROM parked_streams ORDER BY 1, 2")

    async def counted(self, tenant: str = "1") -> int:
        """Interactions of the tenant as the daily sums have it."""
        return int(
            await self.value(
                "SELECT coalesce(sum(interactions), 0) FROM activity "
                "WHERE tenant = %s AND contact_id = %s",
                tenant,
                NOBODY,
            )
        )

    async def dump(self, model: ReadModel) -> list[tuple[str]]:
        """Every row of a read model, all of it, in an order of its own."""
        return await self.rows(f"SELECT t::text FROM {model.name} t ORDER BY 1")


@asynccontextmanager
async def ledger(
    conninfo: str,
    models: Sequence[ReadModel] = READ_MODELS,
    *,
    committed: Sequence[Callable[[Any], None]] = (),
) -> AsyncIterator[Ledger]:
    """Open a database as a process does, with the read models made."""
    create_event_table(conninfo)
    migrate(conninfo)
    await bring_up_to_date(conninfo, models)
    projection = WithAppend([Table(model) for model in models if model.with_append])
    appender = GroupCommit(Flusher(conninfo, projection, committed=committed), uuid7)
    async with Pool(
        conninfo, min_size=1, max_size=6, open=False, kwargs={"autocommit": True}
    ) as pool:
        await appender.start()
        try:
            yield Ledger(conninfo, pool, appender)
        finally:
            await appender.stop()


async def eventually(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until an async condition holds."""
    async with asyncio.timeout(seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.01)


async def caught_up_with_log(opened: Ledger, *names: str) -> None:
    async def there() -> bool:
        head = await opened.head()
        return min([await opened.checkpoint(name) for name in names]) == head

    await eventually(there)


async def kill(conninfo: str, condition: str, *parameters: object) -> int:
    """End the sessions that meet a condition on pg_stat_activity; how many there were."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        cursor = await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}",
            parameters or None,
        )
        return len(await cursor.fetchall())


async def land_everything(conninfo: str, part: Part) -> None:
    """Let a part follow to the end of the log once, without its follower."""
    async with Session.open(conninfo, part) as session:
        await session.checkpoints.begin()
        while True:
            await session.checkpoints.load()
            try:
                await session.catch_up()
                return
            except Moved:
                continue
