"""A keyed POST about webhooks answers what it answered first, whatever has changed since, and what
is confidential about a webhook ends with it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from tests.api.contracts.tracking.office import done, refused
from tests.api.running import Service
from tests.api.webhooked import NOWHERE, new_webhook, past_delivery

KEY = {"Idempotency-Key": "k-1"}
ADDRESS = "https://hooks.invalid/path-xyzzy"


def kept(service: Service, tenant: str) -> list[str]:
    """The sealed values of the tenant's webhooks."""
    sql = "SELECT webhook, id, value FROM webhook_confidential WHERE tenant = %s"
    with psycopg.connect(service.conninfo) as connection:
        rows = connection.execute(sql, (tenant,)).fetchall()
    return sorted(service.services.confidential.open(tenant, *row) for row in rows)


def stored_answers(service: Service) -> str:
    with psycopg.connect(service.conninfo) as connection:
        ((answers,),) = connection.execute("SELECT string_agg(answer::text, '') FROM command_keys")
        return str(answers)


class TestRepeating:
    def test_the_last_webhook_that_there_was_room_for(self, client, monkeypatch):
        monkeypatch.setattr("application.webhooks.MOST", 2)
        new_webhook(client)
        first, again = (
            client.post("/api/webhooks", json={"url": NOWHERE}, headers=KEY) for _ in "ab"
        )
        assert done(again, 201) == done(first, 201)
        assert again.headers["etag"] == first.headers["etag"]
        refused(client.post("/api/webhooks", json={"url": NOWHERE}), 409, "too_many_webhooks")

    @pytest.mark.parametrize("what", ["test", "replay", "replay of one"])
    def test_a_repeated_key_has_its_answer_after_the_webhooks_removal(
        self, client, service, tenant, what
    ):
        webhook = new_webhook(client)["id"]
        delivery = past_delivery(service, tenant, webhook)
        path, body = {
            "test": ("test", None),
            "replay": ("replay", {"after": 0}),
            "replay of one": (f"deliveries/{delivery}/replay", None),
        }[what]
        path = f"/api/webhooks/{webhook}/{path}"
        first = client.post(path, json=body, headers=KEY)
        assert first.is_success, first.text
        client.delete(f"/api/webhooks/{webhook}")
        again = client.post(path, json=body, headers=KEY)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        refused(client.post(path, json=body), 404, "webhook_not_found")

    def test_a_mutant_that_looks_for_the_webhook_first_is_detected(self, client, monkeypatch):
        """The mutant: what was answered to the key is asked for after the endpoint's own checks."""

        async def later(*_: object) -> None:
            return None

        monkeypatch.setattr("api.http.route._Exchange._given_before", later)
        path = f"/api/webhooks/{new_webhook(client)['id']}"
        done(client.post(f"{path}/secret", headers=KEY))
        client.delete(path)
        refused(client.post(f"{path}/secret", headers=KEY), 404, "webhook_not_found")

    def test_asks_for_the_permission_first_and_for_the_same_body(self, client, service, tenant):
        done(client.post("/api/webhooks", json={"url": NOWHERE}, headers=KEY), 201)
        former = service.client(tenant=tenant, permissions=["view_contacts"])
        refused(
            former.post("/api/webhooks", json={"url": NOWHERE}, headers=KEY),
            403,
            "permission_required",
        )
        anonymous = service.anonymous().post("/api/webhooks", json={"url": NOWHERE}, headers=KEY)
        refused(anonymous, 401, "unauthorized")
        other = client.post("/api/webhooks", json={"url": ADDRESS}, headers=KEY)
        refused(other, 422, "idempotency_key_reused")


class TestSecrets:
    def test_are_given_again_as_long_as_there_is_the_webhook(self, client, service, tenant):
        def add() -> dict[str, Any]:
            return done(client.post("/api/webhooks", json={"url": ADDRESS}, headers=KEY), 201)

        def rotate() -> dict[str, Any]:
            return done(client.post(f"/api/webhooks/{added['id']}/secret", headers=KEY))

        added = add()
        rotated = rotate()
        assert (add(), rotate()) == (added, rotated)
        assert kept(service, tenant) == sorted([ADDRESS, added["secret"], rotated["secret"]])
        answers = stored_answers(service)
        for confidential in ("xyzzy", added["secret"], rotated["secret"]):
            assert confidential not in answers
        client.delete(f"/api/webhooks/{added['id']}")
        assert add() == added | {"secret": None, "url": "https://hooks.invalid"}
        assert rotate() == rotated | {"secret": None}
        assert kept(service, tenant) == []

    def test_former_secrets_end_with_the_webhook(self, client, service, tenant):
        path = f"/api/webhooks/{new_webhook(client)['id']}"
        for _ in range(6):
            done(client.post(f"{path}/secret"))
        assert len(kept(service, tenant)) == 8
        client.delete(path)
        assert kept(service, tenant) == []

    def test_a_refused_request_keeps_no_secret(self, client, service, tenant, monkeypatch):
        monkeypatch.setattr("application.webhooks.MOST", 1)
        path = f"/api/webhooks/{new_webhook(client)['id']}"
        before = kept(service, tenant)
        stale = {"If-Match": '"1"'}
        refused(client.post(f"{path}/secret", headers=stale), 412)
        refused(client.patch(path, json={"url": ADDRESS}, headers=stale), 412)
        refused(client.post("/api/webhooks", json={"url": ADDRESS}), 409)
        assert kept(service, tenant) == before


def test_addresses_changed_at_once_leave_only_the_last(client, service, tenant):
    added = new_webhook(client)
    path = f"/api/webhooks/{added['id']}"

    def change(number: int) -> httpx.Response:
        return client.patch(path, json={"url": f"{ADDRESS}/{number}"})

    with ThreadPoolExecutor(8) as pool:
        for response in pool.map(change, range(8)):
            done(response)
    assert kept(service, tenant) == sorted([done(client.get(path))["url"], added["secret"]])


def test_webhooks_added_at_once_stay_within_the_limit(client, monkeypatch):
    monkeypatch.setattr("application.webhooks.MOST", 5)

    def add(number: int) -> int:
        # Each of them twice, as by a client that didn't wait.
        headers = {"Idempotency-Key": f"k-{number % 10}"}
        return client.post("/api/webhooks", json={"url": NOWHERE}, headers=headers).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(add, range(20)))
    assert sorted(statuses) == [201] * 10 + [409] * 10
    assert len(done(client.get("/api/webhooks"))["items"]) == 5
