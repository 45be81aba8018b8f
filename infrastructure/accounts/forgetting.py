"""Rows beside the log end with their account, also where the process that removed the account was
stopped in between. Any number of processes may forget them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from domain.account import Account, AccountRemoved
from infrastructure.accounts.secrets import STORE
from infrastructure.accounts.states import TABLES

logger = logging.getLogger(__name__)

EVERY = 600.0
"""Seconds between two looks for accounts that have ended."""

STATEMENTS = (
    STORE.forget_ended(AccountRemoved.type),
    *(
        f"DELETE FROM {table} t WHERE EXISTS (SELECT FROM stored_events e "
        f"WHERE e.topic = '{AccountRemoved.type}' "
        f"AND e.originator_id = t.tenant || '/{Account.kind}/' || t.account)"
        for table in TABLES
    ),
)


async def forget_ended(pool: AsyncConnectionPool[Any]) -> None:
    """Forget the credentials, states and problems of accounts that have ended. Raises
    psycopg.Error."""
    async with pool.connection() as connection:
        for statement in STATEMENTS:
            await connection.execute(statement)


@asynccontextmanager
async def forgetting_accounts(pool: AsyncConnectionPool[Any]) -> AsyncIterator[None]:
    """Forget what has ended until the block is left."""
    task = asyncio.create_task(_for_ever(pool), name="forgetting accounts")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _for_ever(pool: AsyncConnectionPool[Any]) -> None:
    while True:
        try:
            await forget_ended(pool)
        except psycopg.Error as error:
            logger.warning("ended accounts are forgotten later: %s", error)
        await asyncio.sleep(EVERY)
