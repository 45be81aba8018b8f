"""Mutants of the role that lose something when their process is killed, and nothing else."""

from infrastructure.calendars.port import Changes, Window
from infrastructure.sync import cursors, pushes, running
from infrastructure.sync.cursors import Cursor
from infrastructure.sync.pulling import Puller, Side
from infrastructure.sync.pushes import Push
from infrastructure.sync.pushing import Pusher
from infrastructure.sync.visit import Visit
from tests.infrastructure.sync.killed_process import die


class MovesFirst(Puller):
    """Moves the cursor before the page is taken."""

    async def _page(
        self, visit: Visit, side: Side, cursor: Cursor, page: Changes, window: Window
    ) -> Cursor:
        moved = await cursors.move(
            visit, side.chosen.id, cursor, cursor.after(page.cursor, more=page.more)
        )
        await self.moved(page)
        await self._taker.take(visit, side.chosen, page.objects, cursor.round, window)
        return moved

    async def moved(self, page: Changes) -> None: ...


class DiesThen(MovesFirst):
    async def moved(self, page: Changes) -> None:
        if page.objects:
            die()


class ForgetsFirst(Pusher):
    """Counts a push as done before it is."""

    async def _push(self, visit: Visit, side: Side, push: Push) -> None:
        await pushes.done(visit, push)
        await super()._push(visit, side, push)


def moves_first() -> None:
    vars(running)["Puller"] = DiesThen


def forgets_first() -> None:
    vars(running)["Pusher"] = ForgetsFirst
