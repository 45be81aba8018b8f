"""The ground of every measure: one PostgreSQL with durable settings, kith, and the peer.

kith is the real command in a process of its own, the peer another one with the same settings of the
same web server; both run during the whole comparison, each with a database of its own.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.owner import OWNER
from infrastructure.identity.mint import mint_token
from projections.all_models import READ_MODELS

KITH = Path(sys.executable).with_name("kith")
SECRET = "a secret of the bench, long enough for HS256"
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, its process, and a token where it asks for one."""

    port: int
    pid: int
    token: str

    @property
    def megabytes(self) -> float:
        """Memory of the process: what is resident and its own or shared."""
        return psutil.Process(self.pid).memory_info().rss / 1e6


class Ground:
    """The PostgreSQL that everything runs on; `kith` is the name of kith's own database."""

    def __init__(self, data_dir: Path, postgres: EmbeddedPostgres):
        self.data_dir = data_dir
        self._url, self._superuser_url = postgres.url, postgres.superuser_url
        for setting in DURABLE:
            if self.fetch("kith", f"SHOW {setting}") != "on":
                raise RuntimeError(f"{setting} is off: what is measured would not be durable.")

    def url(self, database: str) -> str:
        return self._url.replace("/kith?", f"/{database}?", 1)

    def make(self, database: str) -> str:
        """An empty database, and its connection string."""
        name, owner = sql.Identifier(database), sql.Identifier(OWNER)
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        self.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
        return self.url(database)

    def execute(self, statement: sql.Composed | str, database: str = "kith") -> None:
        """Run a statement as the superuser."""
        url = self._superuser_url.replace("/kith?", f"/{database}?", 1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)

    def fetch(self, database: str, query: str) -> object:
        """The first column of a query's first row."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            row = connection.execute(query).fetchone()
            return row and row[0]

    def settle(self) -> None:
        """Do what the server would otherwise do in the background while something is measured."""
        self.execute("CHECKPOINT")

    def slow_down_commits(self, microseconds: int) -> None:
        """Let every commit wait so long before it goes to the disk; 0 for the disk as it is."""
        self.execute(f"ALTER SYSTEM SET commit_delay = {microseconds}")
        self.execute("ALTER SYSTEM SET commit_siblings = 0")
        self.execute("SELECT pg_reload_conf()")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a kith command that works on this ground."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
        return kept | {"KITH_DATA_DIR": str(self.data_dir)}


BEHIND = """
SELECT coalesce((SELECT max(position) FROM commits), 0) > min(c.position) FROM checkpoints c
WHERE c.name = ANY(%s)
"""
PATIENCE = 300.0
"""Seconds that kith may take to catch up."""


def caught_up(ground: Ground) -> None:
    """Wait until kith has fed all of its read models, so that it does nothing while another is
    measured. Raises TimeoutError."""
    behind = [model.name for model in READ_MODELS if not model.with_append]
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(ground.url("kith"), autocommit=True) as connection:
        while connection.execute(BEHIND, (behind,)).fetchone() != (False,):
            if time.monotonic() > deadline:
                raise TimeoutError(f"kith has not caught up within {PATIENCE:g} seconds.")
            time.sleep(0.1)


@contextmanager
def ground() -> Iterator[Ground]:
    data_dir = Path(tempfile.mkdtemp(prefix="kith-bench-"))
    data_dir.chmod(0o711)  # as root, PostgreSQL's own user has to get to what is below
    try:
        with EmbeddedPostgres(data_dir) as postgres:
            yield Ground(data_dir, postgres)
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


@contextmanager
def kith(ground: Ground, database: str | None = None, **settings: str) -> Iterator[Server]:
    """`kith serve` on a port of its own, and on another database of the ground if one is named;
    `settings` are variables of its environment."""
    if database is not None:
        settings["KITH_DATABASE_URL"] = ground.url(database)
    settings["KITH_JWT_SECRET"] = SECRET
    with _running([str(KITH), "serve", "--port", "0"], ground, _token(), **settings) as server:
        yield server


def _token() -> str:
    return mint_token(
        SECRET,
        issuer="kith",
        audience="kith",
        tenant="1",
        user="1",
        name="Bench",
        permissions=("view_contacts", "edit_contacts", "connect_accounts", "audit", "admin"),
    )


@contextmanager
def peer(ground: Ground) -> Iterator[Server]:
    command = [sys.executable, "-m", "bench.peer", ground.url("peer")]
    with _running(command, ground, "none") as server:
        yield server


@contextmanager
def _running(command: list[str], ground: Ground, token: str, **settings: str) -> Iterator[Server]:
    environment = ground.environment | settings
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        port = int(_said(process, r"listening on http://127\.0\.0\.1:(\d+)"))
        _await(port)
        yield Server(port, process.pid, token)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _await(port: int) -> None:
    """Wait until connections are taken: both say where they are just before they listen."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _said(process: "subprocess.Popen[str]", pattern: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found[1]
    raise RuntimeError(f"{process.args!r} ended before it was ready.")
