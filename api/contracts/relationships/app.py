"""The relationships contract as a FastAPI application with its own OpenAPI document."""

from fastapi import FastAPI

from api.contracts.relationships import interactions, status
from api.contracts.relationships.dialect import RELATIONSHIPS
from api.http.contract_app import ContractApp

DESCRIPTION = """
The interactions of a contact, and how the relationship with it moves from prospect to client and
on. A contact is found by its UUID or its number. Every path works under `/api` too, as in
`/api/contacts/{contact_id}/status`. Send `Authorization: Bearer …`.
"""


def relationships_app() -> FastAPI:
    routers = (interactions.router, status.router)
    return ContractApp(RELATIONSHIPS, DESCRIPTION, routers)
