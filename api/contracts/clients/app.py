"""The clients contract as a FastAPI application with its own OpenAPI document."""

from fastapi import FastAPI

from api.contracts.clients import interactions, logs, services
from api.contracts.clients.dialect import CLIENTS
from api.http.contract_app import ContractApp

DESCRIPTION = """
Direct encounters with clients, the services delivered in them, and what was asked about each.
`:id` is the number of a client, then of an interaction; the UUID of either works as well.
`?tags=immigration` tags what is written and opens what is read: a tagged interaction that is read
without its tag is redacted. Naming a tag needs its permission, `tag:immigration`. Errors are
`{"error": "…"}`, and everything invalid is 400.
"""


def clients_app() -> FastAPI:
    routers = (interactions.router, logs.router, services.router)
    return ContractApp(CLIENTS, DESCRIPTION, routers)
