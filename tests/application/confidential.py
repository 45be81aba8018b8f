"""Values beside the log, for use cases."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID


class Values:
    """The port `Confidential` in memory; `kept` counts what was asked to be kept."""

    def __init__(self) -> None:
        self.values: dict[UUID, str] = {}
        self.kept: Counter[str] = Counter()

    async def keep(self, identity: UUID, tenant: str, owner: UUID, value: str) -> str:
        self.kept[value] += 1
        return self.values.setdefault(identity, value)

    async def known(self, tenant: str, ids: Collection[UUID]) -> dict[UUID, str]:
        return {identity: self.values[identity] for identity in ids if identity in self.values}

    async def forget(self, tenant: str, ids: Collection[UUID]) -> None:
        for identity in ids:
            self.values.pop(identity, None)

    async def forget_all(self, tenant: str, owner: UUID) -> None:
        self.values.clear()
