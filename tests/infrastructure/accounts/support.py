"""Accounts straight in the ledger."""

from uuid_utils.compat import uuid7

from application.entity import Entity
from domain.account import Access, Account, Rules
from domain.streams import StreamName
from infrastructure.accounts.secrets import account_secrets
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from tests.infrastructure.projecting.support import Ledger

KEYS = Keys([("tests", bytes(range(32)))])
PASSWORD = '{"password": "xyzzy"}'


async def connect(opened: Ledger, user: str = "5", tenant: str = "1") -> Entity[Account]:
    identity, secrets = uuid7(), uuid7()
    values = account_secrets(fetching(opened.pool), KEYS)
    await values.keep(secrets, tenant, identity, PASSWORD)
    access = Access(origin="https://dav.invalid", secrets=secrets)
    stream = StreamName(tenant, Account.kind, identity)
    events = Account.connect("caldav", user, access, Rules(name="Work"), ())
    return await opened.append(stream, None, *events)
