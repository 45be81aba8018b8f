"""A connection that runs prepared statements in libpq's pipeline mode, and nothing else.

The append makes two round trips of several statements each. psycopg's cursors took three
quarters of its time (1.5 ms of CPU a lone append), so this speaks to psycopg's libpq binding
directly: all parameters and results are text, every statement is prepared once, a round trip is one
flush and one wait.
"""

import asyncio
import select
from collections.abc import Sequence
from typing import Self

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

Command = tuple[str, Sequence[bytes | None]]
Rows = list[tuple[bytes | None, ...]]

# The isolation level is explicit: the database may have another default, and a statement after a
# lock has to see what was committed before the lock was granted.
BEGIN: Command = ("BEGIN ISOLATION LEVEL READ COMMITTED", ())
COMMIT: Command = ("COMMIT", ())
ROLLBACK: Command = ("ROLLBACK", ())

SOON = 1
"""Milliseconds to wait for a reply without yielding to the event loop. A turn of a busy loop takes
several: a reply that came within a tenth of one would lie unread for as long, while its transaction
holds a lock."""


class PipelineConnection:
    """Not for use by two tasks at a time: the owner serializes them."""

    def __init__(self, connection: AsyncConnection, *, binary: bool = False):
        self._connection = connection  # keeps the socket alive
        self._pg: PGconn = connection.pgconn
        self._prepared: dict[str, bytes] = {}
        self._count = 0
        self._format = Format.BINARY if binary else Format.TEXT
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()

    @classmethod
    async def connect(
        cls, conninfo: str, settings: Sequence[str] = (), *, binary: bool = False
    ) -> Self:
        """With `binary`, results are in binary format, which avoids the text form of bytea. Raises
        psycopg.OperationalError, or the error of an invalid setting."""
        connection = await AsyncConnection.connect(conninfo, autocommit=True)
        try:
            for statement in settings:
                await connection.execute(statement)
            return cls(connection, binary=binary)
        except BaseException:
            await connection.close()
            raise

    @property
    def broken(self) -> bool:
        return self._pg.status != ConnStatus.OK

    async def close(self) -> None:
        await self._connection.close()

    async def run(self, commands: Sequence[Command]) -> list[Rows]:
        """The rows of each command, run in one round trip.

        The first error ends the round trip: the psycopg.Error of its SQLSTATE is raised, and the
        commands after it don't run.
        """
        return await self._run(commands, soon=False)

    async def run_soon(self, commands: Sequence[Command]) -> list[Rows]:
        """As `run`, but block the event loop until the reply is there, for up to SOON."""
        return await self._run(commands, soon=True)

    async def _run(self, commands: Sequence[Command], *, soon: bool) -> list[Rows]:
        try:
            return await self._round_trip(commands, soon)
        except psycopg.OperationalError:
            raise
        except OSError as error:
            raise psycopg.OperationalError(str(error)) from error
        except asyncio.CancelledError:
            # The protocol is out of step: the connection can't be used again.
            self._pg.finish()
            raise

    async def _round_trip(self, commands: Sequence[Command], soon: bool) -> list[Rows]:
        prepared = dict(self._prepared)
        sent: list[str | None] = []  # the SQL of each PREPARE, None for each execution
        for sql, parameters in commands:
            if sql not in prepared:
                self._count += 1
                prepared[sql] = b"p%d" % self._count
                self._pg.send_prepare(prepared[sql], sql.encode())
                sent.append(sql)
            self._pg.send_query_prepared(prepared[sql], parameters, result_format=self._format)
            sent.append(None)
        self._pg.pipeline_sync()
        if soon:
            self._wait_soon()
        results, error = await self._results()
        for sql in filter(None, sent[: len(results)]):
            self._prepared[sql] = prepared[sql]  # and stays prepared, whatever fails after
        if error is not None:
            raise error_of(error)
        return [rows for rows, sql in zip(results, sent, strict=True) if sql is None]

    def _wait_soon(self) -> None:
        """Block until the reply is there, for up to SOON."""
        if not self._pg.flush():
            poll = select.poll()
            poll.register(self._pg.socket, select.POLLIN)
            if poll.poll(SOON):
                self._pg.consume_input()

    async def _results(self) -> tuple[list[Rows], PGresult | None]:
        """The results up to the first error, and that error."""
        results: list[Rows] = []
        error: PGresult | None = None
        while True:
            result = await self._result()
            if result is None:
                continue
            if result.status == ExecStatus.PIPELINE_SYNC:
                break
            if result.status == ExecStatus.TUPLES_OK:
                results.append(_rows(result))
            elif result.status == ExecStatus.COMMAND_OK:
                results.append([])
            elif result.status == ExecStatus.FATAL_ERROR and error is None:
                error = result
        return results, error

    async def _result(self) -> PGresult | None:
        pg = self._pg
        while True:
            unsent = pg.flush()
            if not pg.is_busy():
                return pg.get_result()
            await self._ready(writing=bool(unsent))
            pg.consume_input()

    async def _ready(self, *, writing: bool) -> None:
        """Wait until the socket is readable, or with `writing` writable."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        socket = self._pg.socket
        loop.add_reader(socket, ready.set)
        if writing:
            loop.add_writer(socket, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(socket)
            if writing:
                loop.remove_writer(socket)


def _rows(result: PGresult) -> Rows:
    columns = range(result.nfields)
    return [tuple(result.get_value(row, c) for c in columns) for row in range(result.ntuples)]


def error_of(result: PGresult) -> psycopg.Error:
    """The psycopg.Error of a failed result."""
    state = (result.error_field(ord("C")) or b"").decode()
    message = (result.error_field(ord("M")) or b"the database refused").decode("utf-8", "replace")
    if not state:
        return psycopg.OperationalError(message)  # libpq's own words, not the server's
    try:
        return psycopg.errors.lookup(state)(message)
    except KeyError:
        return psycopg.DatabaseError(message)
