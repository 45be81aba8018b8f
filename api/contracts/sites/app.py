"""The sites contract as a FastAPI application with its own OpenAPI document."""

from fastapi import FastAPI

from api.contracts.sites import interactions
from api.contracts.sites.dialect import SITES
from api.http.contract_app import ContractApp

DESCRIPTION = """
Interactions of a site: created, read, updated, deleted, searched and filtered within it. The site
is the token's `site_id`, else its tenant, and its id is a number; `X-Site-ID` chooses another one
of the `sites` that a token lists. Answers are `{status, data, meta}`; everything invalid is 400,
with `details`.
"""


def sites_app() -> FastAPI:
    routers = (interactions.router,)
    return ContractApp(SITES, DESCRIPTION, routers)
