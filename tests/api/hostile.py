"""Properties of every refusal, for any request to any contract."""

from collections.abc import Mapping

import httpx

from tests.api.examples import Operation
from tests.api.running import EVERYTHING, Service

MARK = "xyzzy-plugh-31337"
"""Planted in values and in names; it must not come back in any refusal."""

FORMS = {
    "tracking": {"type", "title", "status", "detail", "code", "errors"},
    "rapport": {"detail"},
    "relationships": {"detail"},
    "clients": {"error"},
    "sites": {"status", "error"},
}
"""The keys of an error, by contract."""


def in_form(contract: str, response: httpx.Response) -> bool:
    """True if an error has the form that this contract documents."""
    kind = "application/problem+json" if contract == "tracking" else "application/json"
    return response.headers["content-type"] == kind and set(response.json()) == FORMS[contract]


class Target:
    """A tenant with records, on which one operation is tried in bad faith."""

    def __init__(
        self, service: Service, tenant: str, operation: Operation, names: Mapping[str, str]
    ):
        self.service, self.tenant, self.operation, self.names = service, tenant, operation, names
        permissions = [*EVERYTHING, "tag:immigration"]
        base = operation.contract.base
        self.client = service.client(base, tenant=tenant, user="5", permissions=permissions)
        self._events = service.count_events(tenant)

    def check(self, response: httpx.Response, *more: int) -> bool:
        """True if the request was refused. A refusal has a documented status (or one of `more`),
        the contract's form, no word of the request, and no effect."""
        status = response.status_code
        sent = (response.request.method, str(response.request.url)[:300])
        assert status < 500, (sent, response.text)
        documented = {*self.operation.documented["responses"], *map(str, more)}
        assert str(status) in documented, (sent, response.text[:500])
        events = self.service.count_events(self.tenant)
        if status < 400:
            self._events = events
            return False
        assert MARK not in response.text, (sent, response.text[:2000])
        assert not any(MARK in value for value in response.headers.values())
        assert events == self._events, sent
        assert in_form(self.operation.contract.name, response)
        return True
