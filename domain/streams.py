"""Names of streams: `{tenant}/{kind}/{uuid}`.

The name says whose a stream is, so that one tenant can't reach another's by construction.
"""

from typing import NamedTuple
from uuid import UUID


class StreamName(NamedTuple):
    tenant: str
    kind: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.tenant}/{self.kind}/{self.id}"

    @classmethod
    def parse(cls, name: str) -> "StreamName":
        tenant, kind, identity = name.split("/")
        return cls(tenant, kind, UUID(identity))
