"""Requests about accounts, and their secrets in the database."""

from typing import Any
from uuid import UUID

import httpx
import psycopg

from tests.api.contracts.tracking.accounts.calendar_service import NEW
from tests.api.contracts.tracking.office import done
from tests.api.running import Service

NOBODY = str(UUID(int=7))
KEYS = (
    "id kind state attention lastSuccess failingSince progress createdAt name address server "
    "updatedAt"
).split()
KEY = {"Idempotency-Key": "k-1"}


def connect(client: httpx.Client, **more: Any) -> dict[str, Any]:
    return done(client.post("/api/accounts", json=NEW | more), 201)


def calendars(client: httpx.Client, account: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(client.get(path(account) + "/calendars"))["items"]
    return items


def path(account: dict[str, Any]) -> str:
    return f"/api/accounts/{account['id']}"


def stored(service: Service, tenant: str) -> list[str]:
    with psycopg.connect(service.conninfo) as connection:
        rows = connection.execute("SELECT value FROM account_secrets WHERE tenant = %s", (tenant,))
        return [value for (value,) in rows]
