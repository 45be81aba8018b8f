"""Logging an interaction over HTTP, by many clients at once and by a single one.

kith does all it ever does: it authenticates, reads strictly, decides, appends events with their
read models and commits. The peer inserts a row.
"""

from collections.abc import Iterator

from bench import sample
from bench.load import Load, load
from bench.plan import Bench
from bench.rounds import Result, compare
from bench.servers import Server, caught_up

MANY = 32


def run(bench: Bench) -> Iterator[Result]:
    sizes = bench.sizes
    yield from _measure(bench, MANY, sizes.posts, target=2.0)
    yield from _measure(bench, 1, sizes.posts_alone, target=0.8)


def _measure(bench: Bench, connections: int, count: int, target: float) -> Iterator[Result]:
    def post(server: Server, count: int) -> Load:
        if server is bench.peer:
            caught_up(bench.ground)
        requests = sample.posts(server.token, bench.contacts.posted, count)
        return load(server.port, requests, connections=connections, expected=201)

    for server in (bench.kith, bench.peer):
        post(server, count // 5)  # warms up
    bench.ground.settle()
    name = f"POST, {connections} connection{'s' * (connections > 1)}"
    pairs = compare(
        bench.sizes.rounds,
        lambda: post(bench.kith, count),
        lambda: post(bench.peer, count),
        bench.sayer(name),
    )
    rate, p99 = _rate, _p99
    yield Result(name, "/s", pairs.ours(rate), pairs.theirs(rate), pairs.ratio(rate), target)
    bound = 1.0 if connections == MANY else None
    ratio = pairs.ratio(p99)
    yield Result(f"{name}: p99", "ms", pairs.ours(p99), pairs.theirs(p99), ratio, bound, False)


def _rate(load: Load) -> float:
    return load.rate


def _p99(load: Load) -> float:
    return load.p99
