"""Numbers are given once, whoever asks."""

import asyncio

import psycopg
import pytest

from application.errors import Unavailable
from infrastructure.append.numbers import BLOCKS, BlockNumbers
from tests.infrastructure.append.proxy import proxied
from tests.infrastructure.append.support import Process, process

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("kind", BLOCKS)
async def test_no_number_is_given_twice_and_none_is_below_one(
    one: Process, other: Process, kind: str
):
    sources = [BlockNumbers(one.pool), BlockNumbers(one.pool), BlockNumbers(other.pool)] * 150
    given = await asyncio.gather(*(source.next(kind) for source in sources))
    assert len(set(given)) == len(given)
    assert min(given) >= 1


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_is_as_long_as_its_sequence_strides(ledger: str, kind: str):
    sequence, size = BLOCKS[kind]
    with psycopg.connect(ledger) as connection:
        row = connection.execute(
            "SELECT increment_by FROM pg_sequences WHERE sequencename = %s", (sequence,)
        ).fetchone()
    assert row == (size,)


async def test_numbers_of_one_source_grow(one: Process):
    source = BlockNumbers(one.pool)
    given = [await source.next("contact") for _ in range(50)]
    assert given == sorted(given)


async def test_numbers_are_unavailable_without_a_database(ledger: str, make_directory):
    async with (
        proxied(ledger, make_directory) as (conninfo, proxy),
        process(conninfo, (), patience=0.1) as one,
    ):
        await proxy.close()
        one.pool.timeout = 0.2
        with pytest.raises(Unavailable):
            await BlockNumbers(one.pool).next("contact")
