"""Names of streams: `{tenant}/{kind}/{uuid}`.

The name says whose a stream is, so that one tenant can't reach another's by construction.
"""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID


class StreamName(NamedTuple):
    tenant: str
    kind: str
    id: UUID

    def __str__(self) -> str:
        return _spelt(self)

    @classmethod
    def parse(cls, name: str) -> "StreamName":
        tenant, kind, identity = name.split("/")
        return cls(tenant, kind, UUID(identity))


@lru_cache(maxsize=4096)
def _spelt(stream: StreamName) -> str:
    # Spelt several times a request, and most of the time of it is the UUID's.
    return f"{stream.tenant}/{stream.kind}/{stream.id}"
