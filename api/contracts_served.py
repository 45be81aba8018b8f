"""The contracts that are served, and where each of them answers."""

from api import system_app
from api.contracts.tracking.app import tracking_app
from api.http.contract import Contract


def native() -> Contract:
    return Contract("tracking", "", tracking_app(system_app.router))


def others() -> tuple[Contract, ...]:
    """Made anew for each server, so that two of them in one process share nothing."""
    return ()
