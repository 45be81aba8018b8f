"""The memory that Python objects take at most while something is done."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager


class Peak:
    """Bytes beyond those at the beginning; known when the block is left."""

    bytes = 0


@contextmanager
def peak() -> Iterator[Peak]:
    found = Peak()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        yield found
        found.bytes = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
