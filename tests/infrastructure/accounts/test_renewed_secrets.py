"""Secrets that a service has renewed: kept in the place of those before, and sealed again."""

from uuid import uuid4

import pytest

from infrastructure.accounts.secrets import account_secrets
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from tests.infrastructure.projecting.support import emptied, ledger

pytestmark = pytest.mark.anyio

KEYS = Keys([("one", bytes(32))])


async def test_renewed_secrets_are_those_that_are_known_from_then_on(module_database):
    async with ledger(emptied(module_database)) as opened:
        values = account_secrets(fetching(opened.pool), KEYS)
        identity, account, other = uuid4(), uuid4(), uuid4()
        await values.keep(identity, "t", account, "before")
        await values.replace(identity, "t", account, "after")
        await values.replace(identity, "elsewhere", account, "of another tenant")
        await values.replace(other, "t", account, "of nothing")
        assert await values.known("t", [identity, other]) == {identity: "after"}
        rows = await opened.rows("SELECT value FROM account_secrets")
    assert "after" not in str(rows)
