"""The rapport contract as a FastAPI application with its own OpenAPI document."""

from fastapi import FastAPI

from api.contracts.rapport import interactions, tactics
from api.contracts.rapport.dialect import RAPPORT
from api.http.contract_app import ContractApp

DESCRIPTION = """
Logging interactions with one's own contacts, and the rapport tactics used: fetch the tactics, then
log the interaction with them in one atomic call. Paths work with and without a slash at the end as
documented. Send `Authorization: Bearer …`.
"""


def rapport_app() -> FastAPI:
    routers = (tactics.router, interactions.router)
    return ContractApp(RAPPORT, DESCRIPTION, routers)
