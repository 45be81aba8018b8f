"""Two sides under random edits converge, whatever order their changes are seen in."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain.errors import Refusal
from infrastructure.calendars.port import Unreachable
from infrastructure.sync.settling import Meetings
from infrastructure.sync.values import Values
from tests.infrastructure.sync.calendar_server import SOON, CalendarServer, event
from tests.infrastructure.sync.desk import Desk

pytestmark = pytest.mark.anyio

ROUNDS = 25
"""Histories that are tried, each with its own seed."""

MUTANT_ROUNDS = 10
EDITS = 30
WORDS = ("Lunch", "Dinner", "Tea", "", " Talk ")


@dataclass
class World:
    """Edits of both sides, and visits in between that may fail at any call."""

    desk: Desk
    random: Random
    contact: UUID
    meetings: list[UUID] = field(default_factory=list)
    trash: dict[str, object] = field(default_factory=dict)

    async def edit(self) -> None:
        choices = (self.make_here, self.make_there, self.change_here, self.change_there)
        more = (self.change_here, self.change_there, self.end_here, self.end_there, self.restore)
        await self.random.choice((*choices, *more))()

    def values(self) -> dict[str, Any]:
        minutes = self.random.randrange(1, 60 * 24 * 5)
        start = SOON + timedelta(minutes=minutes)
        found: dict[str, Any] = {
            "start": start,
            "title": self.random.choice(WORDS),
            "place": self.random.choice(WORDS),
        }
        kept = self.random.sample(sorted(found), self.random.randrange(1, 4))
        return {name: found[name] for name in kept}

    async def make_here(self) -> None:
        if len(self.meetings) < 3:
            self.meetings.append(await self.desk.schedule(self.contact))

    async def make_there(self) -> None:
        if len(self.desk.server.stored) < 5:
            self.desk.server.save(event(f"e{self.random.randrange(3)}"))

    async def change_here(self) -> None:
        known = [link.meeting for link in await self.desk.links()] + self.meetings
        if known:
            names = {"start": "scheduled_at", "title": "purpose", "place": "location"}
            fields = {names[name]: value for name, value in self.values().items()}
            with suppress(Refusal):  # it is cancelled
                await self.desk.reschedule(self.random.choice(known), **fields)

    async def change_there(self) -> None:
        if names := sorted(name for _, name in self.desk.server.stored):
            values = self.values()
            if "start" in values:
                values["ends_at"] = None
            self.desk.server.change(self.random.choice(names), **values)

    async def end_here(self) -> None:
        if self.meetings and self.random.random() < 0.5:
            await self.desk.cancel(self.random.choice(self.meetings))

    async def end_there(self) -> None:
        server = self.desk.server
        if server.stored and self.random.random() < 0.5:
            name = self.random.choice(sorted(name for _, name in server.stored))
            self.trash[name] = server.stored["work", name].occurrences[0]
            server.remove(name)

    async def restore(self) -> None:
        if self.trash and self.random.random() < 0.5:
            name = self.random.choice(sorted(self.trash))
            if ("work", name) not in self.desk.server.stored:
                self.desk.server.save(self.trash[name], name=name)  # type: ignore[arg-type]

    async def visit(self) -> None:
        server, random = self.desk.server, self.random
        server.page_size = random.choice((1, 2, 100))
        server.etags = random.random() < 0.7
        if random.random() < 0.2:
            server.expire()
        if random.random() < 0.4:
            when = random.choice((server.before, server.after))
            when[random.choice(("changes", "get", "put", "delete"))].append(_fails)
        with suppress(Unreachable):
            await self.desk.visit(pull=random.random() < 0.7)

    async def settle(self) -> None:
        """Visit until nothing is left to be done; no edits and no faults any more."""
        server = self.desk.server
        server.before.clear()
        server.after.clear()
        for _ in range(8):
            await self.desk.visit()

    async def differences(self) -> list[object]:
        found: list[object] = []
        linked = {link.place.object: link for link in await self.desk.links()}
        for (_, name), stored in self.desk.server.stored.items():
            link = linked.pop(name, None)
            if link is None:
                found.append(("nothing here", name))
                continue
            here = Values.of_meeting(await self.desk.meeting(link.meeting))
            there = Values.of_occurrence(stored.occurrences[0], here, off=False)
            if here != there:
                found.append((name, here, there))
        for name, link in linked.items():
            state = await self.desk.meeting(link.meeting)
            if state.status != "cancelled":
                found.append((name, "gone there", state.status))
        for meeting in self.meetings:
            state = await self.desk.meeting(meeting)
            stands = f"{meeting}@kith.ics" in {name for _, name in self.desk.server.stored}
            if (state.status == "scheduled") is not stands:
                found.append((meeting, state.status, stands))
        return found


def _fails(_: CalendarServer) -> None:
    raise Unreachable("for a moment")


async def history(opened, seed: int, meetings: type[Meetings]) -> list[object]:
    desk = Desk(opened, CalendarServer(), meetings_class=meetings)
    world = World(desk, Random(seed), await desk.contact())
    for _ in range(EDITS):
        await (world.edit() if world.random.random() < 0.6 else world.visit())
    await world.settle()
    before = await desk.events()
    await desk.visit()
    goes_on = ["goes on"] if await desk.events() != before else []
    return [*(await world.differences()), *desk.troubles, *goes_on]


async def histories(
    opened, rounds: int, meetings: type[Meetings] = Meetings
) -> AsyncIterator[tuple[int, list[object]]]:
    for seed in range(rounds):
        yield seed, await history(opened, seed, meetings)


async def test_both_sides_converge_after_random_edits(opened):
    async for seed, differences in histories(opened, ROUNDS):
        assert differences == [], f"seed {seed}"


class AgreesWithItself(Meetings):
    """The mutant: takes what kith has for agreed on, before the calendar has it."""

    async def settle(self, visit, entity, link, there, *, linked=True):
        settled = await super().settle(visit, entity, link, there, linked=linked)
        after = await self.load(visit.account.tenant, link.meeting)
        assert after is not None
        return settled._replace(link=link._replace(agreed=Values.of_meeting(after.state)))


class HereWins(Meetings):
    """The mutant: what is in kith stays, and the calendar's side counts as agreed on."""

    async def _wanted(self, visit, entity, link, there, linked):
        return Values.of_meeting(entity.state)

    async def settle(self, visit, entity, link, there, *, linked=True):
        settled = await super().settle(visit, entity, link, there, linked=linked)
        return settled._replace(push=False)


@pytest.mark.parametrize("mutant", [AgreesWithItself, HereWins])
async def test_sides_that_disagree_are_noticed(opened, mutant):
    found = [differences async for _, differences in histories(opened, MUTANT_ROUNDS, mutant)]
    assert any(found)
