"""The place of faults: a PostgreSQL to be restarted, a broker, and a relay to be killed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.owner import OWNER
from tests.brokers.apache_kafka import ApacheKafka
from tests.faults import chance
from tests.infrastructure.projecting.support import Ledger, ledger

ROOT = Path(__file__).parents[2]
RELAY = "import sys; from api.cli.main import main; sys.exit(main())"
MUTANT = "import sys; from tests.faults.mutants import main; sys.exit(main({name!r}))"
ARGUMENTS = ("serve", "--role", "relay")


@dataclass(frozen=True)
class Place:
    """`database` is one of the PostgreSQL's; `broker` runs."""

    postgres: EmbeddedPostgres
    database: str
    broker: ApacheKafka

    @property
    def conninfo(self) -> str:
        """Not before a restart is over."""
        return self.postgres.url.replace("/kith?", f"/{self.database}?", 1)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Ledger]:
        """An empty ledger, and a broker without a topic."""
        chance.begin()
        with psycopg.connect(self.postgres.superuser_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{self.database}" OWNER {OWNER}')
        self.broker.empty()
        async with ledger(self.conninfo) as opened:
            yield opened


class RelayProcess:
    """`kith serve --role relay` as a process of its own, or one with a mistake in it."""

    def __init__(self, place: Place, mutant: str | None = None, *, kafka_port: int | None = None):
        self._code = RELAY if mutant is None else MUTANT.format(name=mutant)
        self._env = os.environ | {
            "KITH_DATABASE_URL": place.conninfo,
            "KITH_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{kafka_port or place.broker.port}",
            "KITH_JWT_SECRET": "a secret of the tests, long enough for HS256",
            "KITH_PORT": "0",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._code, *ARGUMENTS],
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def complaint(self) -> str:
        self._said.seek(0)
        return self._said.read().decode(errors="replace")[-3000:]

    def __enter__(self) -> "RelayProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._said.close()
