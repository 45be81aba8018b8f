"""Objects of a calendar are taken, a page at a time.

Objects are noted first, then taken, and marked as taken in the end: wherever this stops, they are
taken again, and what was done before has no second effect.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from infrastructure.accounts.problems import solved
from infrastructure.calendars.port import CalendarObject, Trouble, Window
from infrastructure.sync import links, objects
from infrastructure.sync.account import Chosen, NoteProblems
from infrastructure.sync.links import Link
from infrastructure.sync.object_taking import REFUSED, ObjectTaker, Page, Taken, trouble_of
from infrastructure.sync.pushes import note_push
from infrastructure.sync.recognizing import addresses_of
from infrastructure.sync.settling import Meetings
from infrastructure.sync.visit import Visit
from projections.contacts import by_email
from projections.paging import Fetch

AT_ONCE = 16
"""Objects of a page that are taken at a time."""

NOBODY = UUID(int=0)


class Taker:
    """`problem` notes what couldn't be taken; `key` is that of the hashes of addresses. Methods
    raise psycopg.Error, Overtaken, and those errors of the ledger after which a command can be
    tried again."""

    def __init__(self, meetings: Meetings, fetch: Fetch, problem: NoteProblems, key: bytes):
        self._objects = ObjectTaker(meetings)
        self._fetch = fetch
        self._problem = problem
        self._key = key

    async def take(
        self,
        visit: Visit,
        calendar: Chosen,
        found: Sequence[CalendarObject],
        round: int,
        window: Window,
        *,
        anew: bool = False,
    ) -> None:
        """Take objects, newest first, but those that are as they were, unless `anew`."""
        known = await objects.known(visit, calendar.id, [each.id for each in found])
        same = [each.id for each in found if each.id in known and known[each.id].is_like(each)]
        unchanged = set() if anew else set(same)
        await objects.seen(visit, calendar.id, round, sorted(unchanged))
        # The last one counts, should a page list an object twice.
        news = list({each.id: each for each in found if each.id not in unchanged}.values())
        if not news:
            return
        own, tenant = visit.account.addresses, visit.account.tenant
        people = {each.id: addresses_of(each.occurrences) for each in news}
        hashes = [
            (each, [objects.hashed(self._key, tenant, one) for one in people[each.id] - own])
            for each in news
        ]
        await objects.note(visit, calendar.id, round, hashes)
        page = Page(
            calendar,
            window,
            await self._contacts(tenant, sorted(set().union(*people.values()))),
            await links.of_objects(visit, calendar.id, [each.id for each in news]),
        )
        news.sort(key=lambda each: _latest(each), reverse=True)
        await self._all(visit, page, news)

    async def gone(self, visit: Visit, calendar: Chosen, ids: Sequence[str]) -> None:
        """Cancel the meetings ahead of objects that have left the calendar."""
        known = await links.of_objects(visit, calendar.id, ids)
        troubles: list[Trouble] = []
        kept: list[Link] = []
        for link in known.values():
            if link.agreed.cancelled:
                continue
            try:
                taken = await self._objects.off(visit, link)
                kept += [taken] if taken else []
            except REFUSED as error:
                troubles.append(trouble_of(link.uid, link.agreed.title, error))
        await self._note(visit, troubles)
        async with visit.transaction() as connection:
            await links.save(connection, visit, kept)
            await objects.gone(connection, visit, calendar.id, ids)

    async def refused(self, visit: Visit, calendar: Chosen, id: str, detail: str) -> None:
        """Note an object that the service refuses to show, to be read again when it changes."""
        await self._note(visit, [Trouble(id, None, "not_read", detail)])
        async with visit.transaction() as connection:
            await objects.passed_over(connection, visit, calendar.id, id)

    async def _contacts(self, tenant: str, addresses: Sequence[str]) -> dict[str, UUID]:
        if not addresses:
            return {}
        found = await by_email.find(self._fetch, tenant, dict.fromkeys(addresses, NOBODY))
        return {address: match.id for address, match in found.items() if not match.removed}

    async def _note(self, visit: Visit, troubles: Sequence[Trouble]) -> None:
        """Note problems before the cursor moves: an object passed over in silence would be lost."""
        if troubles:
            await self._problem(visit.account, troubles)

    async def _all(self, visit: Visit, page: Page, found: Sequence[CalendarObject]) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(object: CalendarObject) -> Taken:
            async with limit:
                return await self._objects.take(visit, page, object)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(each)) for each in found]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        done = [task.result() for task in tasks]
        await self._note(visit, [trouble for each in done for trouble in each.troubles])
        whole = [each.object for each in done if not each.troubles]
        async with visit.transaction() as connection:
            named = {name for each in whole for name in (each.id, each.uid) if name}
            await solved(connection, visit.account.id, named)
            for each in done:
                await links.save(connection, visit, each.links)
                await links.drop(connection, visit, each.dropped)
                await objects.taken(connection, visit, page.calendar.id, each.object, each.ignored)
                await note_push(connection, visit, each.pushes)


def _latest(object: CalendarObject) -> float:
    return max((each.start.timestamp() for each in object.occurrences), default=float("-inf"))
