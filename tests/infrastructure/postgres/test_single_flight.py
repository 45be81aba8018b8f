import asyncio

import pytest

from infrastructure.postgres.single_flight import SingleFlight

pytestmark = pytest.mark.anyio


class Oracle:
    """Answers when it is let, and remembers what it was asked."""

    def __init__(self, at_once: int = 3):
        self.asked: list[str] = []
        self.busy = self.busiest = 0
        self.may = asyncio.Event()
        self.questions = SingleFlight[str, str](
            self._answer, lambda asked: asked[0], at_once=at_once
        )

    async def _answer(self, question: str) -> str:
        self.asked.append(question)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await self.may.wait()
        self.busy -= 1
        if "fails" in question:
            raise ValueError(question)
        return question.upper()

    async def ask(self, *questions: str) -> "list[asyncio.Task[str]]":
        tasks = [asyncio.create_task(self.questions.get(one)) for one in questions]
        for _ in range(20):
            await asyncio.sleep(0)  # they go on as far as they can
        return tasks


async def test_the_same_question_is_asked_once_and_again_when_it_was_answered():
    oracle = Oracle()
    asked = await oracle.ask("a1", "a1", "a1")
    oracle.may.set()
    assert await asyncio.gather(*asked) == ["A1"] * 3
    assert oracle.asked == ["a1"]
    assert await oracle.questions.get("a1") == "A1"
    assert oracle.asked == ["a1", "a1"]


async def test_one_tenant_never_takes_all_slots():
    oracle = Oracle(at_once=2)
    many = await oracle.ask(*[f"a{n}" for n in range(20)])
    other = await oracle.ask("b1")
    assert oracle.asked == ["a0", "b1"]
    oracle.may.set()
    await asyncio.gather(*many, *other)
    assert oracle.busiest == 2


async def test_a_cancelled_caller_leaves_the_others_their_answer():
    oracle = Oracle()
    gone, waiting = await oracle.ask("a1", "a1")
    gone.cancel()
    oracle.may.set()
    assert await waiting == "A1"


async def test_a_failure_reaches_all_who_asked_and_the_next_asks_anew():
    oracle = Oracle()
    asked = await oracle.ask("a fails", "a fails")
    oracle.may.set()
    for task in asked:
        with pytest.raises(ValueError, match="a fails"):
            await task
    assert await oracle.questions.get("a") == "A"
