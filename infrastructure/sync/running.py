"""The role `sync` of a process: its planner and its visits, put together."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from application.ledger import Ledger
from application.ports import EventLog
from infrastructure.accounts.secrets import account_secrets
from infrastructure.following.follower import Follower
from infrastructure.outside.way_out import WayOut
from infrastructure.postgres.fetch import fetching
from infrastructure.postgres.pool import relaxed_pool
from infrastructure.sealing.keys import Keys
from infrastructure.sync.address_key import address_key
from infrastructure.sync.channels import Channels
from infrastructure.sync.ending_channels import ending_channels
from infrastructure.sync.planning import Planner
from infrastructure.sync.pulling import Puller
from infrastructure.sync.pushing import Pusher
from infrastructure.sync.services import Open, OpenServices
from infrastructure.sync.settling import Meetings
from infrastructure.sync.syncing import Count, Syncer
from infrastructure.sync.taking import Taker
from infrastructure.sync.visiting import Visitor

POOL_SIZE = 8
TIMEOUTS = (
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET statement_timeout = '30s'",
)
"""Bounds by which a process that stalls in a transaction holds up no other owner."""


@asynccontextmanager
async def syncing(
    conninfo: str,
    keys: Keys,
    ledger: Ledger,
    log: EventLog,
    way_out: WayOut,
    open_service: Open,
    *,
    notices_url: str | None = None,
    count: Count = lambda _: None,
) -> AsyncIterator[Follower]:
    """Keep accounts and the ledger in step until the block is left; the planning follower.
    `notices_url` is the public address of this kith, if services can send notices to it. Raises
    NoSecretKeys."""
    async with relaxed_pool(conninfo, "sync", POOL_SIZE, *TIMEOUTS) as pool:
        fetch = fetching(pool)
        key = await address_key(fetch, keys)
        secrets = account_secrets(fetch, keys)
        services = OpenServices(fetch, secrets, way_out, open_service, time.monotonic)
        syncer = Syncer(conninfo, pool, ledger, services, Channels(notices_url), count)
        meetings = Meetings(ledger, log)
        taker = Taker(meetings, fetch, syncer.problem, key)
        puller = Puller(taker, _now, syncer.landed)
        syncer.visitor = Visitor(puller, Pusher(meetings, puller, syncer.problem, _now))
        planner = Follower(conninfo, Planner(key, syncer.wake))
        syncer.start()
        await planner.start()
        try:
            async with ending_channels(fetch, services):
                yield planner
        finally:
            await planner.stop()
            await syncer.stop()
            await services.close()


def _now() -> datetime:
    return datetime.now(UTC)
