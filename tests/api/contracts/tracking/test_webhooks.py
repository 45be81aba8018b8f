"""Webhooks in the native contract: added, changed, ended."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.contracts.tracking.office import done, refused
from tests.api.webhooked import NOWHERE, new_webhook, past_delivery

NOBODY = str(UUID(int=7))
KEYS = "id url types description enabled disabledReason failingSince createdAt updatedAt".split()


class TestAdding:
    def test_answers_with_the_secret_this_once(self, client: httpx.Client):
        response = client.post("/api/webhooks", json={"url": NOWHERE})
        created = done(response, 201)
        assert list(created) == [*KEYS, "secret"]
        assert created["secret"].startswith("whsec_")
        assert (created["types"], created["description"]) == ([], None)
        assert (created["enabled"], created["disabledReason"]) == (True, None)
        found = client.get(response.headers["location"])
        assert done(found) == {key: created[key] for key in KEYS}
        assert found.headers["etag"] == response.headers["etag"]
        (listed,) = done(client.get("/api/webhooks"))["items"]
        assert listed == found.json()

    def test_happens_once_per_key_with_one_secret(self, client, service, tenant):
        def add(_: int) -> dict[str, Any]:
            headers = {"Idempotency-Key": "k-1"}
            return done(client.post("/api/webhooks", json={"url": NOWHERE}, headers=headers), 201)

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(add, range(20)))
        assert all(answer == answers[0] for answer in answers)
        assert service.count_events(tenant) == 1

    def test_a_key_used_for_another_address_is_422(self, client):
        headers = {"Idempotency-Key": "k-1"}
        done(client.post("/api/webhooks", json={"url": NOWHERE}, headers=headers), 201)
        other = client.post("/api/webhooks", json={"url": NOWHERE + "/2"}, headers=headers)
        refused(other, 422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"url": "http://hooks.invalid/"}, "/url"),
            ({"url": "https://127.0.0.1/"}, "/url"),
            ({"url": "https://user:pass@hooks.invalid/"}, "/url"),
            ({"url": ""}, "/url"),
            ({"url": None}, "/url"),
            ({"types": ["kith.nothing.happened.v1"]}, "/types/0"),
            ({"types": "kith.contact.added.v1"}, "/types"),
            ({"description": "x" * 501}, "/description"),
            ({"color": "red"}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, service, tenant, wrong, pointer):
        response = client.post("/api/webhooks", json={"url": NOWHERE} | wrong)
        assert response.status_code == 422, response.text
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
        assert service.count_events(tenant) == 0

    def test_types_are_named_once(self, client):
        added = new_webhook(client, types=["kith.contact.added.v1"] * 2)
        assert added["types"] == ["kith.contact.added.v1"]


def test_neither_address_nor_secret_is_in_the_log_or_told(client, service, tenant):
    added = new_webhook(client, url="https://hooks.invalid/path-xyzzy?token=plugh")
    path = f"/api/webhooks/{added['id']}"
    client.patch(path, json={"url": "https://hooks.invalid/path-xyzzy/2"})
    rotated = done(client.post(f"{path}/secret"))["secret"]
    client.delete(path)
    everything = "".join(service.states(tenant)) + client.get("/api/events").text
    assert "https://hooks.invalid" in everything
    for confidential in ("xyzzy", "plugh", added["secret"][6:], rotated[6:]):
        assert confidential not in everything


class TestChanging:
    def test_keeps_what_is_left_out_and_clears_what_is_null(self, client):
        added = new_webhook(client, description="To the warehouse")
        path = f"/api/webhooks/{added['id']}"
        changed = done(client.patch(path, json={"url": NOWHERE + "/2", "description": None}))
        expected = {key: added[key] for key in KEYS} | {"url": NOWHERE + "/2", "description": None}
        assert changed.pop("updatedAt") > expected.pop("updatedAt")
        assert changed == expected

    def test_takes_what_was_read_and_changes_nothing(self, client, service, tenant):
        path = f"/api/webhooks/{new_webhook(client)['id']}"
        read = done(client.get(path))
        assert done(client.patch(path, json=read)) == read
        assert service.count_events(tenant) == 1

    def test_disables_and_enables(self, client):
        path = f"/api/webhooks/{new_webhook(client)['id']}"
        disabled = done(client.patch(path, json={"enabled": False}))
        assert (disabled["enabled"], disabled["disabledReason"]) == (False, "requested")
        enabled = done(client.patch(path, json={"enabled": True}))
        assert (enabled["enabled"], enabled["disabledReason"]) == (True, None)

    def test_a_change_with_a_stale_if_match_is_412(self, client):
        added = new_webhook(client)
        path = f"/api/webhooks/{added['id']}"
        tag = client.get(path).headers["etag"]
        first = client.patch(path, json={"types": []}, headers={"If-Match": tag})
        assert first.status_code == 200
        stale = {"If-Match": tag}
        refused(client.patch(path, json={"url": NOWHERE + "/2"}, headers=stale), 412)
        refused(client.post(f"{path}/secret", headers=stale), 412)
        refused(client.delete(path, headers=stale), 412)
        assert done(client.get(path))["url"] == NOWHERE

    def test_refuses_an_address_that_isnt_allowed(self, client):
        path = f"/api/webhooks/{new_webhook(client)['id']}"
        refused(client.patch(path, json={"url": "https://10.0.0.1/"}), 422, "url_not_allowed")
        assert done(client.get(path))["url"] == NOWHERE


def test_an_unknown_or_removed_webhook_is_404(client):
    removed = new_webhook(client)["id"]
    assert client.delete(f"/api/webhooks/{removed}").status_code == 204
    for identity in (NOBODY, removed, "1", "nonsense"):
        path = f"/api/webhooks/{identity}"
        for response in (
            client.get(path),
            client.patch(path, json={}),
            client.delete(path),
            client.post(f"{path}/secret"),
            client.post(f"{path}/test"),
            client.get(f"{path}/deliveries"),
            client.get(f"{path}/deliveries/{NOBODY}"),
            client.post(f"{path}/deliveries/{NOBODY}/replay"),
            client.post(f"{path}/replay", json={"after": 0}),
        ):
            refused(response, 404, "webhook_not_found")
    assert done(client.get("/api/webhooks"))["items"] == []


def test_anothers_delivery_isnt_there(client, stranger, service, other_tenant):
    own, others = new_webhook(client), new_webhook(stranger)
    delivery = past_delivery(service, other_tenant, others["id"])
    path = f"/api/webhooks/{own['id']}/deliveries/{delivery}"
    refused(client.get(path), 404, "delivery_not_found")
    refused(client.post(f"{path}/replay"), 404, "delivery_not_found")


def test_a_tenant_has_so_many_webhooks_and_no_more(client, monkeypatch):
    monkeypatch.setattr("application.webhooks.MOST", 2)
    new_webhook(client)
    new_webhook(client)
    refused(client.post("/api/webhooks", json={"url": NOWHERE}), 409, "too_many_webhooks")
