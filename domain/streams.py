"""Names of streams: `{tenant}/{kind}/{uuid}`.

The name begins with the tenant, so no tenant's commands can address another tenant's stream.
"""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID


class StreamName(NamedTuple):
    tenant: str
    kind: str
    id: UUID

    def __str__(self) -> str:
        return _formatted(self)

    @classmethod
    def parse(cls, name: str) -> "StreamName":
        tenant, kind, identity = name.split("/")
        return cls(tenant, kind, UUID(identity))


@lru_cache(maxsize=4096)
def _formatted(stream: StreamName) -> str:
    # A request formats each name several times, and formatting the UUID is most of the cost.
    return f"{stream.tenant}/{stream.kind}/{stream.id}"
