"""Jobs that wait to be written: the tenants take turns, and a tenant's jobs stay in order.

A tenant may fill half of the room. The others wait for no more than the batch under way and the
next one, however much one of them has queued.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Waiting(Generic[T]):
    """A tenant's jobs, each with its size; `bytes` is the sum of the sizes."""

    jobs: deque[tuple[T, int]] = field(default_factory=deque)
    bytes: int = 0


class Turns(Generic[T]):
    """`longest` and `largest` are the jobs and the bytes that there is room for."""

    def __init__(self, longest: int, largest: int):
        self._longest = longest
        self._largest = largest
        self._length = 0
        self._bytes = 0
        self._tenants: OrderedDict[str, _Waiting[T]] = OrderedDict()

    def __len__(self) -> int:
        return self._length

    def is_full(self, tenant: str) -> bool:
        """True if no job of the tenant is taken, whatever its size."""
        own = self._tenants.get(tenant)
        return self._length >= self._longest or (
            own is not None and len(own.jobs) >= self._longest // 2
        )

    def has_room(self, tenant: str, size: int) -> bool:
        """True if a job of so many bytes is taken: the first of all, or the first of a tenant, may
        be larger than the room."""
        own = self._tenants.get(tenant)
        if own is not None and own.bytes + size > self._largest // 2:
            return False
        return self._bytes + size <= self._largest or not self._length

    def add(self, tenant: str, job: T, size: int) -> None:
        own = self._tenants.get(tenant)
        if own is None:
            own = self._tenants[tenant] = _Waiting()
        own.jobs.append((job, size))
        own.bytes += size
        self._length += 1
        self._bytes += size

    def first(self) -> tuple[T, int]:
        """The job whose turn it is, and its size. Raises StopIteration if none waits."""
        return next(iter(self._tenants.values())).jobs[0]

    def take(self) -> T:
        """Take out the job whose turn it is; then it is the next tenant's turn."""
        tenant, own = next(iter(self._tenants.items()))
        job, size = own.jobs.popleft()
        own.bytes -= size
        self._length -= 1
        self._bytes -= size
        if own.jobs:
            self._tenants.move_to_end(tenant)
        else:
            del self._tenants[tenant]
        return job
