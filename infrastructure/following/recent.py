"""The steps that this process appended last: a follower needn't read and decode them again."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from infrastructure.weighed import weight_of
from projections.read_model import Step

MOST_STEPS = 3_000
MOST_BYTES = 32_000_000


class Recent:
    """A stretch of the log without a gap. Where another process appended in between, the stretch
    begins anew: the log is always there to be read instead."""

    def __init__(self, most: int = MOST_STEPS, most_bytes: int = MOST_BYTES):
        self._most = most
        self._most_bytes = most_bytes
        self._steps: deque[tuple[Step, int]] = deque()
        self._bytes = 0

    def add(self, steps: Sequence[Step]) -> None:
        if not steps:
            return
        if self._steps and steps[0].recorded.position != self._position(-1) + 1:
            self.clear()
        for step in steps:
            weight = _weight(step)
            self._steps.append((step, weight))
            self._bytes += weight
        while len(self._steps) > self._most or self._bytes > self._most_bytes:
            self._drop()

    def take(self, after: int, limit: int) -> list[Step] | None:
        """The steps after a position, none if it is the last one; None if they have to be read.
        Steps before the position are dropped."""
        while self._steps and self._position(0) < after:
            self._drop()
        if not self._steps or self._position(0) > after + 1:
            return None
        first = after + 1 - self._position(0)
        return [step for step, _ in islice(self._steps, first, first + limit)]

    def clear(self) -> None:
        self._steps.clear()
        self._bytes = 0

    def _drop(self) -> None:
        _, weight = self._steps.popleft()
        self._bytes -= weight

    def _position(self, index: int) -> int:
        return self._steps[index][0].recorded.position


def _weight(step: Step) -> int:
    """About the bytes of a step. A document that was made of the state tells most of it; a first
    event has what the state after it has."""
    document = step.after.document
    weight = weight_of(step.after.state) if document is None else 3 * len(document)
    return weight if step.before is None else weight + weight_of(step.recorded.event)
