"""Reading a contact's newest 50 interactions, by many clients at once."""

from collections.abc import Iterator
from itertools import repeat

from bench import sample
from bench.load import Load, load
from bench.plan import Bench
from bench.rounds import Result, compare
from bench.servers import Server, caught_up

CONNECTIONS = 32


def run(bench: Bench) -> Iterator[Result]:
    path = sample.timeline(bench.contacts.busy)

    def get(server: Server, count: int) -> Load:
        requests = repeat(sample.get(server.token, path), count)
        return load(server.port, requests, connections=CONNECTIONS, expected=200)

    for server in (bench.kith, bench.peer):
        get(server, bench.sizes.gets // 5)  # warms up
    caught_up(bench.ground)
    name = f"GET newest 50 of {bench.sizes.busy:,}, {CONNECTIONS} connections"
    pairs = compare(
        bench.sizes.rounds,
        lambda: get(bench.kith, bench.sizes.gets),
        lambda: get(bench.peer, bench.sizes.gets),
        bench.sayer(name),
    )
    rate, p99 = (lambda load: load.rate), (lambda load: load.p99)
    yield Result(name, "/s", pairs.ours(rate), pairs.theirs(rate), pairs.ratio(rate), 2.0)
    ratio = pairs.ratio(p99)
    yield Result(f"{name}: p99", "ms", pairs.ours(p99), pairs.theirs(p99), ratio, None, False)
