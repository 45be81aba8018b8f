"""The real application behind a real socket: what `kith serve` runs, in a thread of the tests."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvloop

from api.composition import Application, open_services
from api.http.server import Server, server_of
from api.services import Services
from infrastructure.identity.mint import mint_token
from infrastructure.settings import Settings
from infrastructure.system import prepare_database

SECRET = "a secret of the tests, long enough for HS256"
EVERYTHING = ("view_contacts", "edit_contacts", "connect_accounts", "audit", "admin")
SECRET_KEYS = (("tests", bytes(range(32))),)
SECONDS_TO_START = 60.0
SECONDS_TO_CATCH_UP = 60.0
"""No test finds a read model behind because the machine is busy."""


class _Kept(httpx.BaseTransport):
    """One pool of connections for all clients, which no client closes."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        self._pool = httpx.HTTPTransport(limits=limits)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._pool.handle_request(request)

    def close_for_good(self) -> None:
        self._pool.close()


@dataclass(frozen=True)
class Service:
    """A running kith: its address, tokens for it, clients that carry one, and a look inside."""

    url: str
    conninfo: str
    services: Services
    loop: asyncio.AbstractEventLoop
    _connections: _Kept
    _look: psycopg.Connection[Any]

    def token(
        self,
        *,
        tenant: str | None = "1",
        user: str = "5",
        name: str | None = "John Smith",
        permissions: Iterable[str] = EVERYTHING,
        contract: str | None = None,
        sites: Iterable[str] | None = None,
        lifetime: timedelta = timedelta(hours=1),
        issuer: str = "kith",
        audience: str = "kith",
        secret: str = SECRET,
    ) -> str:
        return mint_token(
            secret,
            issuer=issuer,
            audience=audience,
            user=user,
            tenant=tenant,
            name=name,
            permissions=permissions,
            contract=contract,
            sites=sites,
            lifetime=lifetime,
        )

    def client(self, base: str = "", **token: Any) -> httpx.Client:
        """Calls with a token of these claims; `base` is the base URL of a contract."""
        return self.with_header(f"Bearer {self.token(**token)}", base)

    def anonymous(self, base: str = "") -> httpx.Client:
        return self.with_header(None, base)

    def with_header(self, authorization: str | None, base: str = "") -> httpx.Client:
        """Calls with this Authorization header, whatever it holds."""
        headers = {} if authorization is None else {"Authorization": authorization}
        return httpx.Client(
            base_url=self.url + base,
            headers=headers,
            transport=self._connections,
            timeout=60,
            trust_env=False,
        )

    def events(self, tenant: str | None = None) -> list[tuple[str, str, int]]:
        """The log in order: stream, type and version of each event, of one tenant or of all."""
        return self._look.execute(
            "SELECT originator_id, topic, originator_version FROM stored_events"
            " WHERE %(tenant)s::text IS NULL"
            " OR split_part(originator_id, '/', 1) = %(tenant)s"
            " ORDER BY notification_id",
            {"tenant": tenant},
        ).fetchall()

    def states(self, tenant: str) -> list[str]:
        """A tenant's events as they are stored, in order."""
        rows = self._look.execute(
            "SELECT convert_from(state, 'UTF8') FROM stored_events"
            " WHERE split_part(originator_id, '/', 1) = %s ORDER BY notification_id",
            (tenant,),
        )
        return [state for (state,) in rows]

    def count_events(self, tenant: str | None = None) -> int:
        row = self._look.execute(
            "SELECT count(*) FROM stored_events WHERE %(tenant)s::text IS NULL"
            " OR split_part(originator_id, '/', 1) = %(tenant)s",
            {"tenant": tenant},
        ).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def running(
    conninfo: str, *, project: bool = True, sync: bool = False, **settings: Any
) -> Iterator[Service]:
    """A kith on this database, with these settings, until the block is left. Without `project`,
    it leaves the read models behind the append to others; with `sync`, it calls the services of
    accounts."""
    prepare_database(conninfo)
    usual = Settings(data_dir=Path("unused"), jwt_secret=SECRET, secret_keys=SECRET_KEYS)
    chosen = replace(usual, **settings)
    thread = _Thread(chosen, conninfo, project, sync)
    thread.start()
    connections = _Kept()
    look = psycopg.connect(conninfo, autocommit=True)
    try:
        url = thread.address()
        assert thread.services is not None
        thread.services.patience = SECONDS_TO_CATCH_UP
        assert thread.loop is not None
        yield Service(url, conninfo, thread.services, thread.loop, connections, look)
    finally:
        look.close()
        connections.close_for_good()
        thread.stop()


class _Thread(threading.Thread):
    """The server, on an event loop of its own."""

    def __init__(self, settings: Settings, conninfo: str, project: bool, sync: bool):
        super().__init__(name="kith", daemon=True)
        self._sync = sync
        self._project = project
        self._settings = settings
        self._conninfo = conninfo
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._server: Server | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.services: Services | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def address(self) -> str:
        """The address of the service, once it answers. Raises the error of a failed start."""
        if not self._ready.wait(SECONDS_TO_START):
            raise TimeoutError("kith didn't start in time")
        if self._failure is not None:
            raise self._failure
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}"

    def run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        opening = open_services(
            self._settings, self._conninfo, project=self._project, sync=self._sync
        )
        async with opening as services:
            self.services = services
            self._server = server_of(Application(services))
            serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
            # uvicorn says that it has started by nothing but this flag.
            while not self._server.started and not serving.done():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            self._ready.set()
            await serving

    def stop(self) -> None:
        """Raises what ended it, if it wasn't this."""
        if self._server is not None:
            self._server.should_exit = True
        self.join(SECONDS_TO_START)
        self._listener.close()
        if self._failure is not None:
            raise self._failure
