"""Progress bars of long commands, on standard error, apart from their output."""

import sys
from collections.abc import Callable
from typing import Any, Self

from tqdm import tqdm

Progress = Callable[[str, int, int], None]
"""Called with the name of a task, the events done and the events in all."""


def silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


class Bars:
    """A bar with rate and remaining time for each task, one task after the other."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._what = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, what: str, done: int, total: int) -> None:
        if not total and not what.startswith("Waiting"):
            return
        bar = self._bar
        if bar is None or what != self._what:
            self.close()
            bar = self._bar = tqdm(total=total, desc=what, unit=" events", file=sys.stderr)
            self._what = what
        bar.total = max(total, done)
        bar.update(done - bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
