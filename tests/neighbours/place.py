"""The place of neighbours: a `kith serve` in a process of its own, and tokens of its tenants."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from infrastructure.identity.mint import mint_token
from tests.api.running import EVERYTHING, SECRET

ROOT = Path(__file__).parents[2]
KITH = "import sys; from api.cli.main import main; sys.exit(main())"
MUTANT = "import sys; from tests.neighbours.mutants import main; sys.exit(main({name!r}))"
SECONDS_TO_START = 60.0

OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Place:
    """A running kith: its database, and the code that runs its command."""

    port: int
    process: psutil.Process
    conninfo: str
    code: str

    def token(self, tenant: str, permissions: tuple[str, ...] = EVERYTHING) -> str:
        return mint_token(
            SECRET,
            issuer="kith",
            audience="kith",
            user="5",
            tenant=tenant,
            name="John Smith",
            permissions=permissions,
        )

    def client(self, tenant: str, **options: Any) -> httpx.Client:
        """Calls of one tenant; `options` are httpx's."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token(tenant)}"},
            timeout=20,
            trust_env=False,
            **options,
        )

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    @property
    def megabytes(self) -> float:
        """Resident memory of the process."""
        return self.process.memory_info().rss / 1e6


@contextmanager
def kith(conninfo: str, mutant: str | None = None, **settings: str) -> Iterator[Place]:
    """`kith serve`, or one with a bound taken away; `settings` are variables of its environment."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if name[:5] != "KITH_"}
    environment |= {
        "KITH_DATABASE_URL": conninfo,
        "KITH_JWT_SECRET": SECRET,
        "KITH_PORT": str(port),
        "KITH_WEBHOOKS_ALLOW_PRIVATE": "1",
    }
    code = KITH if mutant is None else MUTANT.format(name=mutant)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "serve"],
            cwd=ROOT,
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            _await(port, process)
            yield Place(port, psutil.Process(process.pid), conninfo, code)
        except BaseException as error:
            said.seek(0)
            error.add_note(said.read().decode(errors="replace")[-3000:])
            raise
        finally:
            process.kill()
            process.wait()
            # A query whose client is gone would go on beside whatever is tried next.
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(OTHERS)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("kith didn't start")
        time.sleep(0.05)
