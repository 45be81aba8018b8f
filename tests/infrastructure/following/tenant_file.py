"""A follower as small as they get: every event of a tenant, a line of JSON each, in a file."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic_core import from_json, to_json

from infrastructure.following.checkpoints import UNVERSIONED
from infrastructure.following.follower import Follower
from infrastructure.following.session import Page, Part
from infrastructure.log.events import Halted, Unreadable


class TenantFile(Part):
    follower = "file"
    lock = 7_299_001

    def __init__(self, tenant: str, path: Path, page_size: int = 100):
        self.versions = {tenant: UNVERSIONED}
        self.page_size = page_size
        self._tenant = tenant
        self._path = path
        self._last = 0

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        content = self._path.read_bytes() if self._path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # a crash cut the last line
            os.truncate(self._path, len(whole))
        lines = whole.splitlines()
        self._last = from_json(lines[-1])["position"] if lines else 0
        yield

    async def land(self, page: Page) -> None:
        with self._path.open("ab") as file:
            for item in page.content:
                if isinstance(item, Unreadable):
                    raise Halted(item)
                (stream, _, position, event, _) = item.recorded
                # After a crash between the lines and the checkpoint, the lines are there already.
                if stream.tenant == self._tenant and position > self._last:
                    line = {"position": position, "type": event.type, "data": event}
                    file.write(to_json(line) + b"\n")
                    self._last = position
            file.flush()
            os.fsync(file.fileno())
        await self.session.checkpoints.move(page.last)


def tenant_file(conninfo: str, tenant: str, path: Path, page_size: int = 100) -> Follower:
    return Follower(conninfo, TenantFile(tenant, path, page_size))
