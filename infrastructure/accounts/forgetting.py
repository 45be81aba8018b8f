"""The end of what stands beside the log: it goes with its account, also where whoever removed the
account couldn't see to that."""

from typing import Any

from psycopg_pool import AsyncConnectionPool

from domain.account import Account, AccountRemoved
from infrastructure.accounts.secrets import STORE

TABLES = ("account_states", "account_problems")

STATEMENTS = (
    STORE.forget_ended(AccountRemoved.type),
    *(
        f"DELETE FROM {table} t USING stored_events e WHERE e.topic = '{AccountRemoved.type}' "
        f"AND e.originator_id = t.tenant || '/{Account.kind}/' || t.account"
        for table in TABLES
    ),
)


async def forget_ended(pool: AsyncConnectionPool[Any]) -> None:
    """Forget the credentials, states and problems of accounts that have ended. Raises
    psycopg.Error."""
    async with pool.connection() as connection:
        for statement in STATEMENTS:
            await connection.execute(statement)
