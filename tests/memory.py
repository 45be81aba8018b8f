"""The memory of Python objects while something is done."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager


class Memory:
    """Bytes beyond those at the beginning: the most there were, and those in the end. Known when
    the block is left."""

    most = 0
    held = 0


@contextmanager
def traced() -> Iterator[Memory]:
    found = Memory()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        yield found
        now, most = tracemalloc.get_traced_memory()
        found.held, found.most = now - before, most - before
    finally:
        tracemalloc.stop()
