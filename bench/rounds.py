"""Comparing two things on a machine that is never quiet: in turns, and by the median of ratios.

Whatever disturbs the machine for longer than a round disturbs both sides of a pair; which side goes
first changes with every round; one disturbed pair doesn't move a median.
"""

from collections.abc import Callable
from statistics import median
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Pairs(Generic[T]):
    """The results of kith and its counterpart, round by round."""

    def __init__(self, pairs: list[tuple[T, T]]):
        self._pairs = pairs

    def ratio(self, figure: Callable[[T], float]) -> float:
        """The median of the rounds' ratios, kith's figure to the other's."""
        return median(figure(ours) / figure(theirs) for ours, theirs in self._pairs)

    def ours(self, figure: Callable[[T], float]) -> float:
        return median(figure(ours) for ours, _ in self._pairs)

    def theirs(self, figure: Callable[[T], float]) -> float:
        return median(figure(theirs) for _, theirs in self._pairs)


def compare(
    rounds: int, ours: Callable[[], T], theirs: Callable[[], T], say: Callable[[str], None]
) -> Pairs[T]:
    """Run both in turns."""
    pairs = []
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        if number % 2 == 0:
            first = ours()
            pairs.append((first, theirs()))
        else:
            second = theirs()
            pairs.append((ours(), second))
    return Pairs(pairs)


class Result(NamedTuple):
    """A line of the table. `at_least` tells whether the target bounds the ratio from below."""

    measure: str
    unit: str
    kith: float
    other: float | None = None
    ratio: float | None = None
    target: float | None = None
    at_least: bool = True

    @property
    def verdict(self) -> str:
        value = self.kith if self.ratio is None else self.ratio
        if self.target is None:
            return ""
        reached = value >= self.target if self.at_least else value <= self.target
        return "ok" if reached else "SHORT"
