"""The end of channels whose accounts were paused, suspended or removed.

Nobody visits such an account. Where its credentials are still there and good, its service is told;
else the channel runs out by itself, and its notices find nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from infrastructure.calendars.port import ServiceError
from infrastructure.sync.channels import unwatch
from infrastructure.sync.services import OpenServices
from projections.paging import Fetch

logger = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks for channels that nobody wants."""

AT_ONCE = 100
"""Channels that are ended at one look."""

# The process that takes a row ends its channel: of several, one does.
TAKE = f"""
DELETE FROM calendar_channels WHERE id IN (
    SELECT c.id FROM calendar_channels c
    WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.id = c.account AND a.suspended IS NULL)
    LIMIT {AT_ONCE})
RETURNING tenant, account, id, resource
"""


async def end_channels(fetch: Fetch, services: OpenServices) -> None:
    """End the channels of accounts that are at rest or have ended. Raises psycopg.Error."""
    for tenant, account, channel, resource in await fetch(TAKE, ()):
        try:
            service = await services.resting(tenant, account)
        except ServiceError as error:
            logger.info("a channel isn't ended, and runs out: %s", error)
            continue
        if service is not None:
            await unwatch(service, channel, resource)


@asynccontextmanager
async def ending_channels(fetch: Fetch, services: OpenServices) -> AsyncIterator[None]:
    """End channels that nobody wants until the block is left."""
    task = asyncio.create_task(_for_ever(fetch, services), name="ending channels")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _for_ever(fetch: Fetch, services: OpenServices) -> None:
    while True:
        try:
            await end_channels(fetch, services)
        except Exception as error:
            # What is left runs out by itself: no reason to end the role.
            logger.warning("channels are ended later: %s: %s", type(error).__name__, error)
        await asyncio.sleep(EVERY)
