"""The native contract as a FastAPI application with its own OpenAPI document."""

from fastapi import APIRouter, FastAPI

from api.contracts.tracking import (
    account_consents,
    account_work,
    accounts,
    analytics,
    calendar_feeds,
    contacts,
    events,
    hooks,
    interactions,
    meetings,
    services,
    status,
    tactics,
    webhook_deliveries,
    webhooks,
)
from api.contracts.tracking.dialect import TRACKING
from api.http.contract_app import ContractApp

DESCRIPTION = """
The native contract of kith: contacts, interactions, meetings, timelines and analytics, every one
of them derived from events. Send `Authorization: Bearer …`; `kith token` makes a token for
development. Errors are RFC 9457 problems with a `code` and the places that are wrong. Every POST
takes an `Idempotency-Key`, every record has an `ETag` for `If-Match`.
"""


def tracking_app(*others: APIRouter) -> FastAPI:
    """`others` are routes about the service itself, which share the bare origin."""
    routers = (
        interactions.router,
        contacts.router,
        status.router,
        meetings.router,
        analytics.router,
        tactics.router,
        services.router,
        events.router,
        webhooks.router,
        webhook_deliveries.router,
        account_consents.router,  # before the routes of one account, whose ids are any word
        accounts.router,
        account_work.router,
        calendar_feeds.router,
        hooks.router,
        *others,
    )
    return ContractApp(TRACKING, DESCRIPTION, routers)
