"""Reads that share a statement: each gets its own answer, and the statements are few."""

import asyncio
from collections.abc import Sequence

import pytest

from application.errors import Unavailable
from infrastructure.postgres.shared_reads import SharedReads

pytestmark = pytest.mark.anyio


class Library:
    """Answers a question with its double, in its own time."""

    def __init__(self) -> None:
        self.statements: list[list[int]] = []
        self.at_once = self.most_at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, questions: Sequence[int]) -> list[int]:
        self.statements.append(list(questions))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        await asyncio.sleep(0)
        self.at_once -= 1
        if 13 in questions:
            raise LookupError("13 is missing")
        return [2 * question for question in questions]


async def settled() -> None:
    """Let every task go on as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_lone_question_is_asked_at_once():
    library = Library()
    assert await SharedReads(library.fetch).get(1) == 2
    assert library.statements == [[1]]


async def test_reads_asked_during_a_query_share_the_next_one():
    library = Library()
    reads = SharedReads(library.fetch, at_once=1)
    library.gate.clear()
    asked = [asyncio.create_task(reads.get(number)) for number in range(10)]
    await settled()
    library.gate.set()
    assert await asyncio.gather(*asked) == [2 * number for number in range(10)]
    assert [len(statement) for statement in library.statements] == [10]


async def test_no_more_statements_are_under_way_than_allowed_and_none_is_too_long():
    library = Library()
    reads = SharedReads(library.fetch, at_once=2, most=8)
    answers = await asyncio.gather(*(reads.get(number) for number in range(100, 200)))
    assert answers == [2 * number for number in range(100, 200)]
    assert library.most_at_once == 2
    assert max(map(len, library.statements)) == 8


async def test_a_question_never_joins_a_statement_that_has_begun():
    """A shared read could miss later commits: a caller who asks for fresh state reads anew."""
    library = Library()
    reads = SharedReads(library.fetch, at_once=1)
    library.gate.clear()
    first = asyncio.create_task(reads.get(1))
    await settled()
    second = asyncio.create_task(reads.get(1))
    await settled()
    library.gate.set()
    assert (await first, await second) == (2, 2)
    assert library.statements == [[1], [1]]


async def test_an_error_reaches_those_who_asked_and_nobody_after_them():
    library = Library()
    reads = SharedReads(library.fetch, at_once=1)
    results = await asyncio.gather(reads.get(13), reads.get(1), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError, LookupError]
    assert await reads.get(1) == 2


async def test_an_answer_short_of_the_questions_is_an_error_and_not_a_wait_for_ever():
    async def forgetful(questions: Sequence[int]) -> list[int]:
        return list(questions)[1:]

    reads = SharedReads(forgetful)
    async with asyncio.timeout(60):
        results = await asyncio.gather(reads.get(1), reads.get(2), return_exceptions=True)
    assert all(isinstance(result, ValueError) for result in results)


async def test_a_cancelled_read_leaves_the_others_their_answers():
    library = Library()
    reads = SharedReads(library.fetch, at_once=1)
    library.gate.clear()
    leaves, stays = (asyncio.create_task(reads.get(number)) for number in (1, 2))
    await settled()
    leaves.cancel()
    library.gate.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await leaves
    assert await reads.get(3) == 6


async def test_every_reader_is_answered_whenever_it_asks():
    """At every moment of a statement's life, the one when its worker ends included."""
    library = Library()
    reads = SharedReads(library.fetch, at_once=1, most=3)

    async def ask(number: int) -> int:
        for _ in range(number % 7):
            await asyncio.sleep(0)
        return await reads.get(number)

    async with asyncio.timeout(60):
        answers = await asyncio.gather(*(ask(number) for number in range(100, 400)))
    assert answers == [2 * number for number in range(100, 400)]


async def test_reads_of_a_hanging_database_are_given_up_with_their_queue():
    library = Library()
    reads = SharedReads(library.fetch, at_once=1, most=3, patience=0.2)
    library.gate.clear()
    asked = [asyncio.create_task(reads.get(number)) for number in range(10)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 10
    library.gate.set()
    assert await reads.get(4) == 8
