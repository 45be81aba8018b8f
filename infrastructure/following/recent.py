"""What this process appended a moment ago: steps that needn't be read and decoded again."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from projections.read_model import Step

MOST_STEPS = 3_000


class Recent:
    """A stretch of the log without gaps. Where another process appended in between, it starts anew:
    the log itself is always there to be read instead."""

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

    def take(self, after: int | None, limit: int) -> list[Step] | None:
        """The steps that follow on a position, empty if it is the last one known; None if they
        have to be read. Steps up to the position are forgotten."""
        steps = self._steps
        while after is not None and steps and steps[0].recorded.position < after:
            steps.popleft()
        if after is None or not steps or steps[0].recorded.position > after + 1:
            return None
        first = after + 1 - steps[0].recorded.position
        return list(islice(steps, first, first + limit))

    def follows(self, after: int) -> bool:
        """Whether there is a step that follows on a position."""
        steps = self._steps
        return (
            bool(steps) and steps[0].recorded.position <= after + 1 <= steps[-1].recorded.position
        )

    def clear(self) -> None:
        self._steps.clear()
