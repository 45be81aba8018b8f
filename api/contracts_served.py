"""The contracts that are served, and where each of them answers."""

from api import descriptions_app
from api import system_app as system_routes
from api.contracts.clients.app import clients_app
from api.contracts.rapport.app import rapport_app
from api.contracts.relationships.app import relationships_app
from api.contracts.sites.app import sites_app
from api.contracts.tracking.app import tracking_app
from api.contracts.tracking.dialect import TRACKING
from api.http.contract_app import ContractApp
from api.http.front import Contract


def native() -> Contract:
    return Contract("tracking", "", tracking_app(descriptions_app.router, system_routes.router))


def service_alone() -> Contract:
    """For processes that serve no contract: whether they are well, and their figures."""
    description = "Whether this process is well, and its figures."
    return Contract(
        "", "", ContractApp(TRACKING, description, (system_routes.router,), title="kith")
    )


def others() -> tuple[Contract, ...]:
    """Made anew for each server, so that two of them in one process share nothing."""
    return (
        Contract("clients", "/clients", clients_app(), own=("/api/clients", "/api/services")),
        Contract("rapport", "/rapport", rapport_app(), own=("/api/v1",)),
        Contract(
            "relationships",
            "/relationships",
            relationships_app(),
            own=("/contacts",),
            shared=("/api/contacts",),
        ),
        Contract("sites", "/sites", sites_app(), shared=("/api/interactions",)),
    )
