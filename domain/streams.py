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

    # A request formats each name several times, and formatting the UUID is most of the cost.
    @lru_cache(maxsize=4096)  # noqa: B019
    def __str__(self) -> str:
        return f"{self.tenant}/{self.kind}/{self.id}"

    @classmethod
    def parse(cls, name: str) -> "StreamName":
        tenant, kind, identity = name.split("/")
        return cls(tenant, kind, UUID(identity))
