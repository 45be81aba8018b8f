"""The catalogue of rapport tactics in the native contract, and a tenant's hand in it."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.running import Service

LISTENING = "a1b2c3d4-e5f6-7890-1234-567890abcdef"
NOBODY = str(UUID(int=7))
WALKING = {
    "name": "Walking Together",
    "domain": "Social Psychology",
    "description": "Talk on a walk.",
    "evidence": "It helps.",
}
OPERATIONS = {
    "list": ("GET", "/api/tactics", "view_contacts", None),
    "read": ("GET", "/api/tactics/{id}", "view_contacts", None),
    "list all": ("GET", "/api/admin/tactics", "admin", None),
    "add": ("POST", "/api/admin/tactics", "admin", WALKING),
    "change": ("PATCH", "/api/admin/tactics/{id}", "admin", {"name": "Walks"}),
    "hide": ("DELETE", "/api/admin/tactics/{id}", "admin", None),
}


@pytest.fixture
def client(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant)


def added(client: httpx.Client, **more: str) -> dict[str, Any]:
    response = client.post("/api/admin/tactics", json=WALKING | more)
    assert response.status_code == 201, response.text
    return dict(response.json())


def listed(client: httpx.Client, path: str = "/api/tactics") -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in client.get(path).json()["items"]}


class TestAccess:
    @pytest.fixture(params=OPERATIONS, ids=str)
    def operation(self, request):
        return OPERATIONS[request.param]

    def test_a_request_without_a_token_is_401(self, service: Service, operation):
        method, path, *_ = operation
        assert service.anonymous().request(method, path).status_code == 401

    def test_a_caller_without_the_permission_is_403_before_the_body_is_read(
        self, service: Service, tenant: str, operation
    ):
        method, path, permission, _ = operation
        others = {"view_contacts", "edit_contacts", "audit", "admin"} - {permission}
        client = service.client(tenant=tenant, permissions=others)
        response = client.request(method, path, content=b"not json")
        assert (response.status_code, response.json()["code"]) == (403, "permission_required")

    def test_another_tenants_tactic_is_404(
        self, client, service: Service, other_tenant: str, operation
    ):
        method, path, _, body = operation
        own = added(client)["id"]
        stranger = service.client(tenant=other_tenant)
        response = stranger.request(method, path.format(id=own), json=body)
        if "{id}" in path:
            assert (response.status_code, response.json()["code"]) == (404, "tactic_not_found")
        else:
            assert own not in response.text

    def test_a_caller_with_the_permission_is_answered(
        self, service: Service, client, tenant: str, operation
    ):
        method, path, permission, body = operation
        may = service.client(tenant=tenant, permissions=[permission])
        own = added(client)["id"]
        assert may.request(method, path.format(id=own), json=body).is_success


class TestTheCatalogue:
    def test_has_the_built_in_ones_with_their_evidence(self, client):
        tactics = listed(client)
        assert len(tactics) >= 12
        listening = tactics[LISTENING]
        assert listening["name"] == "Active Listening (Validation/Paraphrasing)"
        assert listening["builtIn"] is True
        assert listening["createdAt"] == "2023-10-27T10:00:00Z"
        assert all(each["evidence"] for each in tactics.values())

    def test_has_a_tenants_own_at_the_end(self, client):
        first, second = added(client), added(client, name="Talking Together")
        assert list(listed(client))[-2:] == [first["id"], second["id"]]

    def test_leaves_out_what_is_hidden_except_for_administrators(self, client):
        client.delete(f"/api/admin/tactics/{LISTENING}")
        assert LISTENING not in listed(client)
        assert listed(client, "/api/admin/tactics")[LISTENING]["hidden"] is True
        # Old records still name it.
        assert client.get(f"/api/tactics/{LISTENING}").json()["hidden"] is True


class TestAdding:
    def test_answers_with_the_tactic_and_its_place(self, client):
        response = client.post("/api/admin/tactics", json=WALKING)
        body = response.json()
        assert list(body) == [
            "id",
            "name",
            "domain",
            "description",
            "evidence",
            "builtIn",
            "hidden",
            "createdAt",
            "updatedAt",
        ]
        assert {name: body[name] for name in WALKING} == WALKING
        assert (body["builtIn"], body["hidden"]) == (False, False)
        found = client.get(response.headers["location"])
        assert found.json() == body
        assert found.headers["etag"] == response.headers["etag"]

    def test_happens_once_per_key(self, client, service, tenant):
        key = {"Idempotency-Key": "k-1"}
        answers = [
            client.post("/api/admin/tactics", json=WALKING, headers=key).json() for _ in range(2)
        ]
        assert answers[0] == answers[1]
        assert service.count_events(tenant) == 1

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"name": " "}, "/name"),
            ({"domain": "Astrology"}, "/domain"),
            ({"description": None}, "/description"),
            ({"color": "red"}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, wrong, pointer):
        response = client.post("/api/admin/tactics", json=WALKING | wrong)
        assert response.status_code == 422
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


class TestChanging:
    def test_keeps_what_is_left_out_and_clears_what_is_null(self, client):
        own = added(client)
        path = f"/api/admin/tactics/{own['id']}"
        changed = client.patch(path, json={"name": "Walks", "evidence": None}).json()
        assert changed.pop("updatedAt") > own.pop("updatedAt")
        assert changed == own | {"name": "Walks", "evidence": None}

    def test_takes_what_was_read(self, client):
        read = client.get(f"/api/tactics/{LISTENING}")
        path = f"/api/admin/tactics/{LISTENING}"
        assert client.patch(path, json=read.json()).json() == read.json()

    def test_hides_and_offers_again(self, client):
        path = f"/api/admin/tactics/{LISTENING}"
        assert client.patch(path, json={"hidden": True}).json()["hidden"] is True
        assert LISTENING not in listed(client)
        shown = client.patch(path, json={"hidden": False}).json()
        assert shown["createdAt"] == "2023-10-27T10:00:00Z"
        assert listed(client)[LISTENING] == shown

    def test_a_change_with_a_stale_if_match_is_412(self, client):
        path = f"/api/admin/tactics/{LISTENING}"
        tag = client.get(f"/api/tactics/{LISTENING}").headers["etag"]
        first = client.patch(path, json={"name": "A"}, headers={"If-Match": tag})
        assert first.status_code == 200
        stale = client.patch(path, json={"name": "B"}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
        assert client.delete(path, headers={"If-Match": first.headers["etag"]}).status_code == 204

    @pytest.mark.parametrize("id_", [NOBODY, "1", "nonsense"])
    def test_an_unknown_tactic_is_404(self, client, id_):
        for response in (
            client.get(f"/api/tactics/{id_}"),
            client.patch(f"/api/admin/tactics/{id_}", json={}),
            client.delete(f"/api/admin/tactics/{id_}"),
        ):
            assert (response.status_code, response.json()["code"]) == (404, "tactic_not_found")


def test_a_tenants_changes_are_events_of_its_own(client, service, tenant):
    own = added(client)["id"]
    client.patch(f"/api/admin/tactics/{own}", json={"name": "Walks"})
    client.delete(f"/api/admin/tactics/{LISTENING}")
    client.patch(f"/api/admin/tactics/{LISTENING}", json={"hidden": False})
    assert service.events(tenant) == [
        (f"{tenant}/tactic/{own}", "kith.tactic.added.v1", 1),
        (f"{tenant}/tactic/{own}", "kith.tactic.changed.v1", 2),
        (f"{tenant}/tactic/{LISTENING}", "kith.tactic.hidden.v1", 1),
        (f"{tenant}/tactic/{LISTENING}", "kith.tactic.shown.v1", 2),
    ]
