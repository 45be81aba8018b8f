"""CalDAV servers that people run, each a process with a user of its own."""

import base64
import hashlib
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection, create_server
from typing import NamedTuple

from infrastructure.outside.client import Client, basic
from infrastructure.outside.network import trusting
from infrastructure.outside.way_out import WayOut

USER, PASSWORD = "ada", "app-pass word:ü"
SECRETS = {"username": USER, "password": PASSWORD}

MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set><C:comp name="{kind}"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>"""


class Server(NamedTuple):
    """`home` is the address of the collection of its user's calendars, `pid` its process."""

    name: str
    url: str
    principal: str
    home: str
    tls: ssl.SSLContext
    pid: int

    def way_out(self) -> WayOut:
        return WayOut(allow_private=True, tls=self.tls)

    async def send(
        self, method: str, url: str, body: str = "", headers: dict[str, str] | None = None
    ) -> int:
        """A request of another client of the same user; its status."""
        client = Client(self.way_out(), {"Authorization": basic(USER, PASSWORD)})
        try:
            return (await client.request(method, url, headers, body.encode())).status
        finally:
            await client.close()

    async def calendar(self, name: str, kind: str = "VEVENT") -> str:
        """Make a calendar; its address."""
        url = f"{self.home}{name}/"
        xml = {"Content-Type": "application/xml; charset=utf-8"}
        assert (
            await self.send("MKCALENDAR", url, MKCALENDAR.format(name=name, kind=kind), xml) == 201
        )
        return url

    async def store(self, url: str, text: str) -> None:
        ics = {"Content-Type": "text/calendar; charset=utf-8"}
        assert await self.send("PUT", url, text, ics) in (200, 201, 204)


def let_in(folder: Path, password: str) -> None:
    """The user of a Radicale in this folder has this password from now on."""
    (folder / "users").write_text(f"{USER}:{password}\n")


@contextmanager
def radicale(folder: Path, *more: str) -> Iterator[Server]:
    """`more` are further options of its command."""
    port = _free_port()
    users = folder / "users"
    let_in(folder, PASSWORD)
    options = {
        "--hosts": f"127.0.0.1:{port}",
        "--auth-type": "htpasswd",
        "--auth-htpasswd-filename": str(users),
        "--auth-htpasswd-encryption": "plain",
        "--auth-delay": "0",
        "--storage-filesystem-folder": str(folder / "data"),
        "--logging-level": "error",
    }
    arguments = [word for pair in options.items() for word in pair]
    with _running("radicale", [*arguments, *more], port, folder) as pid:
        url = f"http://127.0.0.1:{port}/"
        yield Server("radicale", url, f"{url}{USER}/", f"{url}{USER}/", trusting(), pid)


@contextmanager
def xandikos(folder: Path) -> Iterator[Server]:
    """Takes passwords by TLS alone, with a certificate of its own making."""
    port = _free_port()
    users, state = folder / "users", folder / "state"
    digest = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).digest()
    users.write_text(f"{USER}:{{SHA}}{base64.b64encode(digest).decode()}\n")
    options = f"-l localhost -p {port} --current-user-principal /{USER}/ --defaults --autocert"
    arguments = ["serve", *options.split(), "-d", str(folder / "data")]
    arguments += ["--htpasswd", str(users), "--state-dir", str(state)]
    with _running("xandikos", arguments, port, folder) as pid:
        (pem,) = state.rglob("selfsigned.crt")
        tls = ssl.create_default_context(cafile=str(pem))
        url = f"https://localhost:{port}/"
        yield Server("xandikos", url, f"{url}{USER}/", f"{url}{USER}/calendars/", tls, pid)


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def _running(module: str, arguments: list[str], port: int, folder: Path) -> Iterator[int]:
    """The id of the process."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < until:
                with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.05)
            assert process.poll() is None, (folder / "log").read_text()
            yield process.pid
        finally:
            process.kill()
            process.wait(60)
