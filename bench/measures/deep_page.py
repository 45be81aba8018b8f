"""A page far down in a long timeline, against the first page of the same timeline.

Asked one after the other over a single connection, so that it is latency that is measured.
"""

import json
from collections.abc import Iterator
from itertools import repeat

from bench import sample
from bench.load import Load, ask, load
from bench.plan import Bench
from bench.rounds import Result, compare

LONGEST_PAGE = 200


def run(bench: Bench) -> Iterator[Result]:
    contact, sizes = bench.contacts.deep, bench.sizes
    cursor = _cursor(bench, sizes.depth)

    def get(query: str) -> Load:
        requests = repeat(
            sample.get(bench.kith.token, sample.timeline(contact, query)), sizes.pages
        )
        return load(bench.kith.port, requests, connections=1, expected=200)

    deep, first = f"limit=50&cursor={cursor}", "limit=50"
    get(deep), get(first)  # warms up
    name = f"A page {sizes.depth:,} deep of {sizes.deep:,}, to the first"
    pairs = compare(sizes.rounds, lambda: get(deep), lambda: get(first), bench.sayer(name))
    p50 = lambda load: load.p50  # noqa: E731
    yield Result(name, "ms", pairs.ours(p50), pairs.theirs(p50), pairs.ratio(p50), 1.3, False)


def _cursor(bench: Bench, depth: int) -> str:
    """The cursor of the page, found as a client finds it: page by page."""
    cursor = ""
    for _ in range(depth // LONGEST_PAGE):
        query = f"limit={LONGEST_PAGE}&cursor={cursor}"
        path = sample.timeline(bench.contacts.deep, query)
        cursor = json.loads(ask(bench.kith.port, sample.get(bench.kith.token, path)))["next"]
    return cursor
