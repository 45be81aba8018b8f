"""How every test of an operation begins: no token, no permission, somebody else's record."""

from typing import Any, ClassVar

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import refused
from tests.api.running import EVERYTHING, Service


class Guarded:
    """The base of a test class: one operation, who may call it, and on what.

    `{contact}`, `{interaction}` and `{meeting}` in the path stand for records of the tenant.
    """

    method: ClassVar[str]
    path: ClassVar[str]
    permission: ClassVar[str]
    body: ClassVar[dict[str, Any] | None] = None

    @pytest.fixture
    def ids(self, client: httpx.Client, contact: dict[str, Any]) -> dict[str, str]:
        names = {"contact": contact["id"]}
        if "{interaction}" in self.path:
            names["interaction"] = office.log(client, contact)["id"]
        if "{meeting}" in self.path:
            names["meeting"] = office.schedule(client, contact)["id"]
        return names

    def test_without_a_token_it_is_401(self, service: Service, ids: dict[str, str]) -> None:
        anonymous = service.anonymous()
        response = anonymous.request(self.method, self.path.format(**ids), content=b"{")
        refused(response, 401, "unauthorized")
        assert response.headers["www-authenticate"].startswith("Bearer")

    def test_without_the_permission_it_is_403(
        self, service: Service, tenant: str, ids: dict[str, str]
    ) -> None:
        others = set(EVERYTHING) - {self.permission}
        client = service.client(tenant=tenant, permissions=others)
        response = client.request(self.method, self.path.format(**ids), content=b"{")
        refused(response, 403, "permission_required")


class GuardedRecord(Guarded):
    """An operation on one record."""

    def test_anothers_record_is_404(
        self, service: Service, stranger: httpx.Client, tenant: str, ids: dict[str, str]
    ) -> None:
        before = service.count_events(tenant)
        refused(stranger.request(self.method, self.path.format(**ids), json=self.body), 404)
        assert service.count_events(tenant) == before
