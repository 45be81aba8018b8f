"""Access to accounts: each is its user's, and an admin sees their health."""

import pytest

from tests.api.contracts.tracking.accounts.connected import KEYS, NOBODY, connect, path
from tests.api.contracts.tracking.office import done, refused


class TestAccess:
    @pytest.fixture
    def routes(self) -> list[tuple[str, str]]:
        one = f"/api/accounts/{NOBODY}"
        work = [("POST", f"{one}/{what}") for what in ("sync", "pause", "resume")]
        reads = [("GET", one), ("GET", f"{one}/calendars"), ("GET", f"{one}/problems")]
        return [("GET", "/api/accounts"), ("DELETE", one), *reads, *work]

    def test_needs_a_token_and_the_permission(self, service, tenant, routes):
        others = service.client(tenant=tenant, permissions=["view_contacts", "admin"])
        for method, where in routes:
            refused(service.anonymous().request(method, where), 401, "unauthorized")
            refused(others.request(method, where), 403, "permission_required")

    def test_another_users_account_isnt_there(self, client, other_user, stranger):
        account = connect(client)
        for other in (other_user, stranger):
            assert done(other.get("/api/accounts"))["items"] == []
            for method, rest, body in (
                ("GET", "", None),
                ("PATCH", "", {"name": "x"}),
                ("DELETE", "", None),
                ("GET", "/calendars", None),
                ("PUT", "/calendars", {"items": []}),
                ("POST", "/sync", None),
                ("POST", "/pause", None),
                ("POST", "/resume", None),
                ("GET", "/problems", None),
            ):
                response = other.request(method, path(account) + rest, json=body)
                refused(response, 404, "account_not_found")
        assert done(client.get(path(account))) == account

    def test_an_admin_sees_the_health_of_all_and_nothing_else(self, client, other_user, service):
        mine, others = connect(client, name="Secretly Work"), connect(other_user)
        items = done(client.get("/api/accounts?all=1"))["items"]
        assert {item["id"]: item["user"]["id"] for item in items} == {
            mine["id"]: "5",
            others["id"]: "6",
        }
        expected = {*KEYS, "user"} - {"name", "address", "server", "updatedAt"}
        assert all(set(item) == expected for item in items)

    def test_the_health_of_all_needs_admin(self, service, tenant):
        user = service.client(tenant=tenant, permissions=["connect_accounts"])
        refused(user.get("/api/accounts?all=1"), 403, "permission_required")
