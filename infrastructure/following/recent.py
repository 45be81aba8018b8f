"""The steps that this process appended last: a follower needn't read and decode them again."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from projections.read_model import Step

MOST_STEPS = 3_000


class Recent:
    """A stretch of the log without a gap. Where another process appended in between, the stretch
    begins anew: the log is always there to be read instead."""

    def __init__(self, most: int = MOST_STEPS):
        self._most = most
        self._steps: deque[Step] = deque()

    def add(self, steps: Sequence[Step]) -> None:
        if not steps:
            return
        if self._steps and steps[0].recorded.position != self._steps[-1].recorded.position + 1:
            self._steps.clear()
        self._steps.extend(steps)
        while len(self._steps) > self._most:
            self._steps.popleft()

    def take(self, after: int, limit: int) -> list[Step] | None:
        """The steps after a position, none if it is the last one; None if they have to be read.
        Steps before the position are dropped."""
        steps = self._steps
        while steps and steps[0].recorded.position < after:
            steps.popleft()
        if not steps or steps[0].recorded.position > after + 1:
            return None
        first = after + 1 - steps[0].recorded.position
        return list(islice(steps, first, first + limit))

    def clear(self) -> None:
        self._steps.clear()
