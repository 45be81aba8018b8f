"""The webhooks of a process: its planner and its dispatcher, put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from application.context import Caller, Principal
from application.ledger import Ledger
from application.ports import Answer
from application.webhooks import DisableWebhook, disable_webhook
from domain.webhook import Reason
from infrastructure.following.follower import Follower
from infrastructure.postgres.fetch import fetching
from infrastructure.postgres.pool import relaxed_pool
from infrastructure.sealing.keys import Keys
from infrastructure.settings import Settings
from infrastructure.webhooks.confidential import confidential
from infrastructure.webhooks.dispatcher import Count, Disable, Dispatcher
from infrastructure.webhooks.event_bodies import EventBodies
from infrastructure.webhooks.planning import Planner
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.queue import Claim, Queue
from infrastructure.webhooks.schedule import RETRIES

CONTRACT = "webhooks"
"""The contract in the envelope of a webhook that is disabled by its endpoint."""

POOL_SIZE = 6


@asynccontextmanager
async def delivering(
    conninfo: str,
    settings: Settings,
    keys: Keys,
    ledger: Ledger,
    *,
    count: Count = lambda _: None,
    retries: tuple[float, ...] = RETRIES,
    make_planner: Callable[[Callable[[], None]], Planner] = Planner,
    make_queue: Callable[..., Queue] = Queue,
    make_poster: Callable[..., Poster] = Poster,
) -> AsyncIterator[Follower]:
    """Plan and deliver until the block is left; the planning follower."""
    async with relaxed_pool(conninfo, "webhooks", POOL_SIZE) as pool:
        dispatcher = Dispatcher(
            make_queue(pool, retries=retries),
            EventBodies(pool, settings.base_url),
            confidential(fetching(pool), keys),
            make_poster(allow_private=settings.webhooks_allow_private),
            disabling(ledger),
            count,
        )
        planner = Follower(conninfo, make_planner(dispatcher.wake))
        dispatcher.start()
        await planner.start()
        try:
            yield planner
        finally:
            await planner.stop()
            await dispatcher.stop()


def disabling(ledger: Ledger) -> Disable:
    """Disables a webhook with kith itself as the actor."""

    async def disable(claim: Claim, reason: Reason) -> None:
        principal = Principal(user="kith", name="kith", tenant=claim.tenant)
        caller = Caller(principal, CONTRACT, str(claim.id))
        command = DisableWebhook(claim.webhook, reason)
        await ledger.carry_out(caller, disable_webhook, command, lambda _: Answer(204))

    return disable
