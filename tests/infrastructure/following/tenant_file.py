"""A follower as small as they get: every event of a tenant, a line of JSON each, in a file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import fsync
from pathlib import Path

from pydantic_core import from_json, to_json

from infrastructure.following.checkpoints import UNVERSIONED
from infrastructure.following.follower import Follower
from infrastructure.following.session import Page, Part
from projections.read_model import Step

LOCK = 7_299_001


class TenantFile(Part):
    follower = "file"

    def __init__(self, tenant: str, path: Path, page_size: int = 100):
        self.versions = {tenant: UNVERSIONED}
        self.page_size = page_size
        self._tenant = tenant
        self._path = path
        self._last = 0

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        lines = self._path.read_bytes().splitlines() if self._path.exists() else []
        self._last = from_json(lines[-1])["position"] if lines else 0
        yield

    async def land(self, page: Page) -> None:
        steps = [item for item in page.content if isinstance(item, Step)]
        # Lines that a crash kept from moving the checkpoint aren't written again.
        await asyncio.to_thread(self._write, [s for s in steps if s.tenant == self._tenant])
        await self.session.checkpoints.move(page.last)

    def _write(self, steps: list[Step]) -> None:
        with self._path.open("ab") as file:
            for step in steps:
                position, event = step.recorded.position, step.recorded.event
                if position > self._last:
                    line = {"position": position, "type": event.type, "data": event}
                    file.write(to_json(line) + b"\n")
                    self._last = position
            file.flush()
            fsync(file.fileno())


def tenant_file(conninfo: str, tenant: str, path: Path, page_size: int = 100) -> Follower:
    return Follower(conninfo, TenantFile(tenant, path, page_size), lock=LOCK)
