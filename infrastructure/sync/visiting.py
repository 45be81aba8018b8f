"""One visit of an account: its calendars are pulled, then waiting meetings are pushed."""

from collections.abc import Sequence

from infrastructure.calendars.port import Calendar, CalendarService, Gone
from infrastructure.sync import objects, pushes
from infrastructure.sync.account import Chosen
from infrastructure.sync.pulling import Puller, Side
from infrastructure.sync.pushing import Pusher
from infrastructure.sync.visit import Visit


class Visitor:
    """Methods raise ServiceError, psycopg.Error, Overtaken, and the errors of the ledger."""

    def __init__(self, puller: Puller, pusher: Pusher):
        self._puller = puller
        self._pusher = pusher

    async def visit(
        self,
        visit: Visit,
        service: CalendarService,
        calendars: Sequence[Calendar],
        *,
        pull: bool,
    ) -> None:
        """Look through the account's chosen calendars, of those at its service; without `pull`,
        only write what waits."""
        sides = [_side(service, calendars, chosen) for chosen in visit.account.calendars]
        if pull:
            await objects.forget_others(visit, [side.chosen.id for side in sides])
            for side in sides:
                await self._puller.pull(visit, side)
            await objects.forget_ended(visit, self._puller.window(first=True).since)
        again = await objects.to_look_at(visit)
        for side in sides:
            found = [each for calendar, each in again if calendar == side.chosen.id]
            await self._puller.look_again(visit, side, found)
        written = [side for side in sides if side.chosen.write and not side.calendar.read_only]
        for side in written:
            await self._pusher.push(visit, side)
        if not written:
            await pushes.drop(visit)


def _side(service: CalendarService, calendars: Sequence[Calendar], chosen: Chosen) -> Side:
    found = next((each for each in calendars if each.id == chosen.id), None)
    if found is None:
        raise Gone("A calendar that was chosen is no longer there. Choose another one.")
    return Side(service, found, chosen)
