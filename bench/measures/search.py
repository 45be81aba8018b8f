"""Searching the records of one site: by terms that few have, and what broad terms and orders cost.

The whole request is measured on a single connection, and the query alone with the trigram index and
without it. Every answer has a page of records and the total.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import uvloop
from tqdm import tqdm

from bench import sample
from bench.load import Load, load
from bench.plan import Bench
from bench.rounds import Pairs, Result, compare
from bench.seeds import append_all
from bench.servers import Server, kith
from bench.site_records import SITE, Language, jobs
from infrastructure.projecting.rebuild import rebuild
from infrastructure.system import open_system, prepare_database
from projections.all_models import READ_MODELS
from projections.sites.queries import SiteFilter, SitePage, page

DATABASE = "search"
MOST_MATCHES = 1000
TERMS = 40
BROADEST = 0.2
"""The share of all records that a broad term matches at least."""

WITHOUT = "SET enable_bitmapscan = off"
"""A trigram index can be used in no other way."""

Query = Mapping[str, object]
Connection = psycopg.AsyncConnection[Any]


def run(bench: Bench) -> Iterator[Result]:
    conninfo, size = bench.ground.make(DATABASE), bench.sizes.site
    language = Language()
    prepare_database(conninfo)
    uvloop.run(_fill(conninfo, language, size))
    bench.ground.execute("VACUUM ANALYZE", DATABASE)
    bench.ground.settle()
    terms, broad = uvloop.run(_terms(conninfo, language, size))
    yield from _index(bench, conninfo, terms)
    with kith(bench.ground, DATABASE) as server:
        yield from _requests(bench, server, terms, broad)


async def _fill(conninfo: str, language: Language, size: int) -> None:
    async with open_system(conninfo) as system:
        with tqdm(total=size, desc="filling a site", unit="event", unit_scale=True) as bar:
            await append_all(system.appender, jobs(language, size), bar.update)
    # Or the server would be catching up while it is measured.
    for model in READ_MODELS:
        if not model.with_append:
            await rebuild(conninfo, model)


async def _terms(conninfo: str, language: Language, size: int) -> tuple[list[str], str]:
    """Terms that up to a thousand records match, and one that many do."""
    few: list[str] = []
    broad, most = "", 0
    async with await psycopg.AsyncConnection.connect(conninfo) as connection:
        while len(few) < TERMS or most < BROADEST * size:
            term = language.term()
            total = (await _found(connection, term)).total
            if 0 < total <= MOST_MATCHES:
                few.append(term)
            if total > most:
                broad, most = term, total
    return few[:TERMS], broad


async def _found(connection: Connection, term: str) -> SitePage:
    async def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        cursor = await connection.execute(sql, parameters, prepare=False)
        return await cursor.fetchall()

    return await page(fetch, SiteFilter(SITE, search=term), 25, 0)


def _index(bench: Bench, conninfo: str, terms: Sequence[str]) -> Iterator[Result]:
    def timed(*settings: str) -> Callable[[], list[float]]:
        return lambda: uvloop.run(_timed(conninfo, terms, settings))

    name = f"Search of {bench.sizes.site:,} records, up to {MOST_MATCHES:,} matches: query, p95"
    pairs: Pairs[list[float]] = compare(
        bench.sizes.rounds, timed(), timed(WITHOUT), bench.sayer(name)
    )
    ratio = pairs.ratio(_p95)
    yield Result(
        f"{name}, to one without the index",
        "ms",
        pairs.ours(_p95),
        pairs.theirs(_p95),
        ratio,
        0.2,
        False,
    )


async def _timed(conninfo: str, terms: Sequence[str], settings: Sequence[str]) -> list[float]:
    """Milliseconds, sorted."""
    taken = []
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        for setting in ("SET max_parallel_workers_per_gather = 0", *settings):
            await connection.execute(setting)
        for term in terms:
            started = time.perf_counter()
            await _found(connection, term)
            taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)


def _p95(milliseconds: Sequence[float]) -> float:
    return milliseconds[int(len(milliseconds) * 0.95)]


def _requests(bench: Bench, server: Server, terms: Sequence[str], broad: str) -> Iterator[Result]:
    sizes = bench.sizes

    def get(count: int, *queries: Query) -> Load:
        requests = [sample.get(server.token, _path(query)) for query in queries]
        chosen = islice(cycle(requests), max(count, len(requests)))
        return load(server.port, chosen, connections=1, expected=200)

    searches: list[Query] = [{"search": term} for term in terms]
    get(1, *searches)  # warms up
    name = f"Search of {sizes.site:,} records, up to {MOST_MATCHES:,} matches: GET"
    bench.say(name)
    found = get(sizes.searches, *searches)
    yield Result(f"{name}, p50", "ms", found.p50)
    yield Result(f"{name}, p95", "ms", found.percentile(0.95), target=50, at_least=False)
    others: tuple[tuple[str, Query], ...] = (
        (f"a term that {BROADEST:.0%} of them match or more", {"search": broad}),
        ("a term of two characters", {"search": "qz"}),
        ("no term, newest first", {}),
        ("no term, sorted by title", {"sort_by": "title"}),
        ("page 1,000", {"page": min(1000, sizes.site // 25)}),
        (
            "one type in one month",
            {"type": "Call", "start_date": "2023-05-01", "end_date": "2023-05-31"},
        ),
    )
    for what, query in others:
        bench.say(f"{name}: {what}")
        yield Result(f"GET of {sizes.site:,} records, {what}: p50", "ms", get(9, query).p50)


def _path(query: Query) -> str:
    return f"/sites/api/interactions?{urlencode(query, quote_via=quote)}"
