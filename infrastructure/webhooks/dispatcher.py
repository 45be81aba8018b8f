"""The dispatcher: sends due deliveries, plans replays, and drops deliveries that ended long ago.

Any number of processes may run one. An event is sent at least once: a delivery that was sent, but
not noted as sent, is sent again.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from application.errors import AppendError
from domain.errors import Refusal
from domain.webhook import Reason
from infrastructure.following.bell import rings
from infrastructure.sealing.errors import Unopened
from infrastructure.sealing.values import ConfidentialValues
from infrastructure.tenant_limiter import LimitReached
from infrastructure.webhooks.confidential import target
from infrastructure.webhooks.event_bodies import EventBodies
from infrastructure.webhooks.posting import GONE, Poster, PostResult
from infrastructure.webhooks.queue import Claim, Queue
from infrastructure.webhooks.signing import headers

logger = logging.getLogger(__name__)

AT_ONCE = 128
"""Deliveries in flight in one process."""

LOOK = 0.25
"""Seconds between two looks for due deliveries, and for replays, when nothing wakes."""

GATHER = 0.005
"""Seconds in which deliveries may end before new ones are claimed."""

SEALED = 60.0
"""Seconds until a delivery is due again whose address or secret doesn't open here."""

FORGET_EVERY = 600.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between an error and the next try; they double."""

EXPECTED = (psycopg.Error, AppendError, OSError)

Disable = Callable[[Claim, Reason], Awaitable[None]]
Count = Callable[[str], None]

UNREADABLE = PostResult(0, error="The event can't be read.")


class Dispatcher:
    """`disable` disables a webhook; `count` counts an attempt as delivered, retried or failed."""

    def __init__(
        self,
        queue: Queue,
        bodies: EventBodies,
        values: ConfidentialValues,
        poster: Poster,
        disable: Disable,
        count: Count = lambda _: None,
    ):
        self._queue = queue
        self._bodies = bodies
        self._values = values
        self._poster = poster
        self._disable = disable
        self._count = count
        self._due = asyncio.Event()
        self._busy: Counter[tuple[str, UUID]] = Counter()
        self._sending: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for step in (self._send, self._replay, self._forget):
            self._tasks.append(asyncio.create_task(_for_ever(step), name=f"webhooks {step}"))

    async def stop(self) -> None:
        """Cancel the deliveries in flight; they are sent again when their lease is over."""
        tasks = [*self._tasks, *self._sending]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    def wake(self) -> None:
        """Deliveries may be due."""
        self._due.set()

    async def _send(self) -> None:
        self._due.clear()
        room = AT_ONCE - len(self._sending)
        claims = await self._queue.take(room, self._busy) if room else []
        bodies = await self._bodies.at(claim.position for claim in claims) if claims else {}
        for claim in claims:
            self._busy[claim.tenant, claim.webhook] += 1
            task = asyncio.create_task(self._deliver(claim, bodies.get(claim.position)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        if not claims:
            await rings(self._due, LOOK)

    async def _replay(self) -> None:
        began = time.monotonic()
        if await self._queue.replay():
            self._due.set()
            # Replays take half of the time at most, however many there are.
            await asyncio.sleep(time.monotonic() - began)
        else:
            await asyncio.sleep(LOOK)

    async def _forget(self) -> None:
        more = await self._queue.forget()
        await asyncio.sleep(LOOK if more else FORGET_EVERY)

    async def _deliver(self, claim: Claim, body: bytes | None) -> None:
        """One attempt. After an error, the delivery is tried again when its lease is over."""
        try:
            if body is None:
                await self._queue.given_up(claim, UNREADABLE)
                self._count("failed")
                return
            whither = claim.tenant, claim.webhook, claim.address, claim.secrets
            url, secrets = target(self._values, *whither)
            signed = headers(str(claim.event_id), body, secrets, datetime.now(UTC))
            await self._note(claim, await self._poster.post(claim.tenant, url, signed, body))
        except LimitReached:
            with suppress(*EXPECTED):  # the lease ends anyway
                await self._queue.put_back(claim)
        except Unopened as error:
            logger.error("a delivery of the webhook %s waits: %s", claim.webhook, error)
            with suppress(*EXPECTED):
                await self._queue.put_back(claim, SEALED)
        except EXPECTED as error:
            logger.warning("a delivery is left to be tried again: %s", error)
        except Exception:
            logger.exception("a delivery is left to be tried again")
        finally:
            whose = claim.tenant, claim.webhook
            self._busy[whose] -= 1
            if not self._busy[whose]:
                del self._busy[whose]
            # Deliveries that end within GATHER are replaced by one claim.
            asyncio.get_running_loop().call_later(GATHER, self._due.set)

    async def _note(self, claim: Claim, result: PostResult) -> None:
        if result.delivered:
            await self._queue.delivered(claim, result)
            self._count("delivered")
            return
        if result.status == GONE:
            await self._disabled(claim, Reason.GONE)
            await self._queue.given_up(claim, result)
            self._count("failed")
            return
        again, for_too_long = await self._queue.failed(claim, result)
        self._count("retried" if again else "failed")
        if for_too_long:
            await self._disabled(claim, Reason.FAILING)

    async def _disabled(self, claim: Claim, reason: Reason) -> None:
        with suppress(Refusal):  # the webhook was removed
            await self._disable(claim, reason)


async def _for_ever(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step; after an error, with a back-off."""
    pause = SHORTEST_PAUSE
    while True:
        try:
            await step()
            pause = SHORTEST_PAUSE
            continue
        except EXPECTED as error:
            logger.warning("webhooks start again: %s: %s", type(error).__name__, error)
        except Exception:
            logger.exception("webhooks start again")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
