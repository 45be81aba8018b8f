"""A cache within bounds of count and of memory: the least recently used goes first."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import fields, is_dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def weight_of(value: object) -> int:
    """About the bytes of the texts and of the containers in a value, of models and dataclasses."""
    match value:
        case str():
            return sys.getsizeof(value)
        case BaseModel():
            return sum(map(weight_of, value.__dict__.values()))
        case dict():
            return sys.getsizeof(value) + sum(map(weight_of, value.values()))
        case tuple() | list():
            return sys.getsizeof(value) + sum(map(weight_of, value))
    if is_dataclass(value):
        return sum(weight_of(getattr(value, field.name)) for field in fields(value))
    return 0


class WeighedCache(Generic[K, V]):
    """Up to `most` values, of `most_bytes` together by `weigh`; the last is kept however large."""

    def __init__(self, most: int, most_bytes: int, weigh: Callable[[V], int] = weight_of):
        self._most = most
        self._most_bytes = most_bytes
        self._weigh = weigh
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: K) -> V | None:
        if (found := self._values.get(key)) is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V) -> None:
        self.pop(key)
        weight = self._weigh(value)
        self._values[key] = value, weight
        self._bytes += weight
        while len(self._values) > 1 and (
            len(self._values) > self._most or self._bytes > self._most_bytes
        ):
            self.pop(next(iter(self._values)))

    def pop(self, key: K) -> None:
        if (found := self._values.pop(key, None)) is not None:
            self._bytes -= found[1]

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[K]:
        """The keys, the least recently used first."""
        return iter(self._values)
