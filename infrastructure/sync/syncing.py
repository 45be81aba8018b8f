"""The accounts of a process: those that are due are visited, each by one process at a time.

A visit that fails for a reason that passes is repeated after a pause. One whose credentials are
refused suspends the account: nothing is tried again until its user acts.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from application.accounts import SuspendAccount, suspend_account
from application.context import Caller, Principal
from application.errors import AppendError
from application.ledger import Ledger
from domain.account import Suspension
from domain.errors import Refusal
from infrastructure.accounts.problems import Problems
from infrastructure.accounts.states import States
from infrastructure.calendars.port import Gone, Refused, ServiceError, Trouble
from infrastructure.following.bell import Bell
from infrastructure.postgres.fetch import fetching
from infrastructure.sync import objects, places, schedule
from infrastructure.sync.account import CONTRACT, VisitedAccount, correlation_of
from infrastructure.sync.channels import Channels
from infrastructure.sync.due import Due, due
from infrastructure.sync.owners import Owners
from infrastructure.sync.services import OpenServices
from infrastructure.sync.visit import Overtaken, Visit, begin_visit
from infrastructure.sync.visiting import Visitor

logger = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between two looks for accounts that are due, when nothing wakes."""

LEASE = 60.0
"""Seconds after which an account is due again whose visit ended without a word."""

PATIENCE = 7 * 24 * 3600.0
"""Seconds of uninterrupted failure after which an account is suspended."""

TELL_AFTER = 3600.0
"""Seconds of failure after which its user is told."""

WHOLE = "account"
"""The item of a problem that isn't one of an event."""

EXPECTED = (psycopg.Error, AppendError, OSError)

Count = Callable[[str], None]


class Syncer:
    """`count` counts a visit as done, failed, suspended or overtaken."""

    def __init__(
        self,
        conninfo: str,
        pool: AsyncConnectionPool,
        ledger: Ledger,
        services: OpenServices,
        channels: Channels,
        count: Count = lambda _: None,
    ):
        self._conninfo = conninfo
        self._pool = pool
        self._fetch = fetching(pool)
        self._ledger = ledger
        self._services = services
        self._channels = channels
        self._count = count
        self._states = States(self._fetch)
        self._problems = Problems(self._fetch)
        self._busy: dict[UUID, Due] = {}
        self._visits: set[asyncio.Task[None]] = set()
        self._woken = Bell()
        self._task: asyncio.Task[None] | None = None
        self.visitor: Visitor
        """Set before the start: it notes problems and progress here."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="sync")

    async def stop(self) -> None:
        """Cancel the visits under way: they are repeated by the next owner."""
        tasks = [*self._visits, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    def wake(self) -> None:
        """Accounts may be due."""
        self._woken.ring()

    async def problem(self, account: VisitedAccount, troubles: Sequence[Trouble]) -> None:
        for each in troubles:
            await self._problems.add(
                account.tenant, account.id, each.item, each.title, each.code, each.detail
            )

    async def landed(self, visit: Visit) -> None:
        """A page was taken."""
        progress = (await objects.progress(visit)).json
        await self._states.advanced(visit.account.tenant, visit.account.id, progress)

    async def _run(self) -> None:
        pause = schedule.FIRST_PAUSE / 10
        while True:
            try:
                async with Owners.open(self._conninfo) as owners:
                    while not owners.lost:
                        await self._look(owners)
            except EXPECTED as error:
                logger.warning("calendars are looked at again: %s: %s", type(error).__name__, error)
            except Exception:
                logger.exception("calendars are looked at again")
            await asyncio.sleep(pause)

    async def _look(self, owners: Owners) -> None:
        """Begin the visits that are due."""
        if len(self._busy) < places.AT_ONCE:
            for each in await due(self._fetch, self._busy):
                if places.has_place(each, self._busy.values()):
                    self._busy[each.account] = each
                    task = asyncio.create_task(self._visit(owners, each))
                    self._visits.add(task)
                    task.add_done_callback(self._visits.discard)
        await self._woken.wait(LOOK)

    async def _visit(self, owners: Owners, each: Due) -> None:
        try:
            async with owners.owning(each.account) as owned:
                visited = owned and await self._owned(each)
            if not visited:  # another process is there, or the account has just ended
                await asyncio.sleep(LOOK)
        except EXPECTED as error:
            logger.warning("an account is visited again: %s: %s", type(error).__name__, error)
            await asyncio.sleep(LOOK)
        except Exception:
            logger.exception("an account is visited again")
            await asyncio.sleep(LOOK)
        finally:
            del self._busy[each.account]
            self._woken.ring()

    async def _owned(self, each: Due) -> bool:
        """Visit an account, and note the outcome; False if it wasn't visited."""
        if each.pull:
            await self._states.began(each.tenant, each.account, LEASE)
        try:
            if not await self._visited(each):
                return False
            self._count("done")
        except Overtaken:
            self._count("overtaken")
            return False
        except (Refused, Gone) as error:
            await self._services.drop(each.account)
            reason = Suspension.CREDENTIALS if isinstance(error, Refused) else Suspension.GONE
            await self._suspend(each, reason, str(error))
        except ServiceError as error:
            await self._services.drop(each.account)
            await self._failed(each, "unreachable", str(error), error.retry_after)
        except EXPECTED:
            raise  # not the service's fault
        except Exception:
            logger.exception("the visit of the account %s fails", each.account)
            await self._services.drop(each.account)
            detail = "kith fails at it; its operator finds more in the log."
            await self._failed(each, "internal", detail, None)
        return True

    async def _visited(self, each: Due) -> bool:
        opened = await self._services.account(each.tenant, each.account)
        if opened is None:
            return False
        visit = await begin_visit(self._pool, opened.account)
        noticed = False
        if each.pull and opened.watching is not None:
            # Before the look: what changes from then on is told.
            noticed = await self._channels.keep(visit, opened.watching, opened.calendars)
        await self.visitor.visit(visit, opened.service, opened.calendars, pull=each.pull)
        if each.pull:
            seconds = schedule.poll(opened.account.kind, noticed=noticed)
            await self._states.succeeded(each.tenant, each.account, seconds)
        if each.fails:
            await self._problems.solved(each.account, WHOLE)
        return True

    async def _failed(self, each: Due, code: str, detail: str, retry_after: float | None) -> None:
        self._count("failed")
        await self._problems.add(each.tenant, each.account, WHOLE, None, code, detail)
        if each.failing > PATIENCE:
            await self._suspend(each, Suspension.FAILING, detail)
            return
        attention = detail if each.failing > TELL_AFTER else None
        seconds = schedule.pause(each.attempts + 1, retry_after)
        await self._states.failed(each.tenant, each.account, attention, seconds)

    async def _suspend(self, each: Due, reason: Suspension, attention: str) -> None:
        """Nothing is tried again until the user acts on the sentence."""
        self._count("suspended")
        rows = await self._fetch("SELECT user_id FROM accounts WHERE id = %s", (each.account,))
        for (user,) in rows:
            principal = Principal(user=user, name="kith", tenant=each.tenant)
            caller = Caller(principal, CONTRACT, correlation_of(each.account))
            command = SuspendAccount(each.account, reason)
            with suppress(Refusal):  # it was removed
                await self._ledger.execute(caller, suspend_account, command)
        await self._states.failed(each.tenant, each.account, attention, LEASE)
