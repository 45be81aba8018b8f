"""Telling a person how far long work is: bars on standard error, so that output stays clean."""

import sys
from collections.abc import Callable
from typing import Any, Self

from tqdm import tqdm

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how many events of it are done, and how many there are to do."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


class Bars:
    """A bar with speed and time left for each thing that is done, one after the other."""

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
