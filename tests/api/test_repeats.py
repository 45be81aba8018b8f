"""The answer to a repeated key, after its record was restricted or deleted, or once it has expired.

A repeat has no effect, and discloses what a read by the same caller would.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api.http.route import PUBLIC
from infrastructure.append.forgetting import forget
from tests.api.connected import ACCOUNT, new_account
from tests.api.contracts.tracking import office
from tests.api.examples import OPERATIONS
from tests.api.hostile import in_form
from tests.api.planted import sent
from tests.api.running import EVERYTHING, Service
from tests.api.webhooked import NOWHERE, new_webhook

KEY = {"Idempotency-Key": "key-1"}
TAGS = {"tags": "immigration"}
HIDDEN = "xyzzy plugh"
TACTIC = {"name": "Walks", "domain": "Social Psychology", "description": "Talk on a walk."}
OFFER = {"serviceName": "Repair", "programName": "Bicycles"}
MADE = {
    "tracking": (
        "/api/interactions",
        {"contactId": "{id}", "date": "2024-01-01T09:00:00Z", "notes": HIDDEN, "duration": 30},
    ),
    "clients": (
        "/clients/api/clients/{number}/interactions",
        {
            "serviceId": 13,
            "interactionType": "inPerson",
            "description": HIDDEN,
            "dateOfInteraction": "2019-05-06",
            "duration": "1:00:00",
            "location": "CUOffice",
            "customQuestions": [{"questionId": 123, "answer": 6}],
        },
    ),
    "sites": (
        "/sites/api/interactions",
        {
            "title": HIDDEN,
            "type": "Meeting",
            "lead": "Ann",
            "start_datetime": "2024-01-01T09:00:00Z",
            "end_datetime": "2024-01-01T10:00:00Z",
            "timezone": "UTC",
            "location": "here",
            "description": HIDDEN,
        },
    ),
    "rapport": (
        "/rapport/api/v1/interactions/",
        {
            "interaction": {
                "contact_id": "{id}",
                "interaction_datetime": "2023-10-27T14:30:00+00:00",
                "topic": HIDDEN,
                "rapport_score_post": 8,
            },
            "tactic_logs": [],
        },
    ),
    "relationships": (
        "/relationships/contacts/{id}/interactions",
        {"type": "call", "description": HIDDEN, "outcome": HIDDEN},
    ),
}
"""The request that a key repeats, by contract: the path and the body."""


@dataclass
class Desk:
    """A caller who sees no restricted tag, another who sees one, and a contact of the first."""

    service: Service
    tenant: str

    def __post_init__(self) -> None:
        self.blind = self.service.client(tenant=self.tenant)
        permissions = [*EVERYTHING, "tag:immigration"]
        self.trusted = self.service.client(tenant=self.tenant, permissions=permissions)
        self.contact = office.add(self.blind)

    def make(self, contract: str, client: httpx.Client | None = None) -> httpx.Response:
        path, body = MADE[contract]
        return (client or self.blind).post(
            path.format(**self.contact), json=self._filled(body), headers=KEY
        )

    def _filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {name: self._filled(value) for name, value in body.items()}
        return body.format(**self.contact) if isinstance(body, str) else body

    def expire(self) -> None:
        """Every answer that was kept up to now."""
        dropping = forget(self.service.services.system.pool, 0)
        asyncio.run_coroutine_threadsafe(dropping, self.service.loop).result(60)

    @property
    def interaction(self) -> str:
        """The id of the only one there is."""
        ((name, *_),) = {
            (name,) for name, _, _ in self.service.events(self.tenant) if "/interaction/" in name
        }
        return str(name.split("/")[-1])

    def restrict(self) -> None:
        """The interaction is in no timeline of a client in every contract, but has a client."""
        path = f"/clients/api/clients/{self.contact['number']}/interactions/{self.interaction}"
        sent(self.trusted.patch(path, json={}, params=TAGS))


@pytest.fixture
def desk(service: Service, tenant: str) -> Desk:
    return Desk(service, tenant)


each_maker = pytest.mark.parametrize("contract", MADE)
with_a_client = pytest.mark.parametrize("contract", [name for name in MADE if name != "sites"])


def content(response: httpx.Response) -> Any:
    """The answer without the tactics that a read of rapport has besides."""
    found = response.json()
    found.pop("tactic_logs", None)
    return found


@each_maker
def test_an_answer_that_nothing_hides_is_given_as_it_was(desk: Desk, contract):
    first = desk.make(contract)
    path = f"/api/interactions/{desk.interaction}"
    sent(desk.blind.put(path, json={"location": "elsewhere"}))
    again = desk.make(contract)
    assert (again.status_code, again.content) == (201, first.content)
    assert [again.headers[name] for name in ("etag", "location")] == [
        first.headers[name] for name in ("etag", "location")
    ]


@with_a_client
class TestRestricted:
    def test_an_answer_is_redacted_as_a_read_is(self, desk: Desk, contract):
        first = desk.make(contract)
        desk.restrict()
        events = desk.service.count_events(desk.tenant)
        again, read = desk.make(contract), desk.blind.get(first.headers["location"])
        assert HIDDEN in first.text
        assert HIDDEN not in again.text + read.text
        assert (again.status_code, content(again)) == (201, content(read))
        assert again.headers["etag"] == read.headers["etag"]
        assert again.headers["location"] == first.headers["location"]
        assert desk.service.count_events(desk.tenant) == events

    def test_a_mutant_that_judges_nothing_discloses_it(self, desk: Desk, contract, monkeypatch):
        async def as_kept(_call, kept, _judge):
            return kept

        monkeypatch.setattr("api.http.route.judged", as_kept)
        desk.make(contract)
        desk.restrict()
        assert HIDDEN in desk.make(contract).text


@each_maker
class TestDeleted:
    def test_an_answer_is_refused_as_a_read_is(self, desk: Desk, contract):
        first = desk.make(contract)
        assert desk.blind.delete(f"/api/interactions/{desk.interaction}").status_code == 204
        events = desk.service.count_events(desk.tenant)
        again, read = desk.make(contract), desk.blind.get(first.headers["location"])
        assert (again.status_code, again.json()) == (404, read.json())
        assert in_form(contract, again)
        assert desk.service.count_events(desk.tenant) == events

    def test_the_refusal_is_documented(self, contract):
        posts = [one for one in OPERATIONS if one.contract.name == contract]
        for one in posts:
            if one.method == "POST" and one.key.rstrip("/").endswith("interactions"):
                assert "404" in one.documented["responses"]


class TestMeetings:
    @pytest.fixture
    def completed(self, desk: Desk) -> dict[str, str]:
        """A meeting that was scheduled and completed under keys."""
        body = {"contactId": desk.contact["id"], "scheduledDateTime": "2024-01-01T09:00:00Z"}
        self.scheduling = body | {"purpose": HIDDEN}
        first = desk.blind.post("/api/meetings", json=self.scheduling, headers=KEY)
        meeting = sent(first)
        self.path = f"/api/meetings/{meeting['id']}/complete"
        self.completion = {"outcomes": HIDDEN}
        sent(desk.blind.post(self.path, json=self.completion, headers=KEY))
        return meeting

    def test_both_answers_are_redacted_once_the_interaction_is_restricted(
        self, desk: Desk, completed
    ):
        desk.restrict()
        read = desk.blind.get(f"/api/meetings/{completed['id']}")
        assert read.json()["redacted"] is True
        for path, body, status in (
            ("/api/meetings", self.scheduling, 201),
            (self.path, self.completion, 200),
        ):
            again = desk.blind.post(path, json=body, headers=KEY)
            assert (again.status_code, again.json()) == (status, read.json())
            assert HIDDEN not in again.text

    def test_a_caller_who_opens_the_tag_has_the_answer_as_it_was(self, desk: Desk, completed):
        desk.restrict()
        key = {"Idempotency-Key": "key-2"}
        first, again = (
            desk.trusted.post(self.path, json=self.completion, headers=key, params=TAGS)
            for _ in "ab"
        )
        assert HIDDEN in first.text
        assert again.content == first.content


class TestRemovedContacts:
    def test_their_answers_are_refused_until_they_are_restored(self, desk: Desk):
        first = desk.blind.post("/api/contacts", json={"name": "Bea"}, headers=KEY)
        path = f"/api/contacts/{sent(first)['id']}"
        desk.blind.delete(path)
        restored = desk.blind.post(f"{path}/restore", headers=KEY)
        assert restored.status_code == 200
        desk.blind.delete(path)
        for again in (
            desk.blind.post("/api/contacts", json={"name": "Bea"}, headers=KEY),
            desk.blind.post(f"{path}/restore", headers=KEY),
        ):
            office.refused(again, 404, "contact_not_found")
        sent(desk.blind.post(f"{path}/restore", headers={"Idempotency-Key": "key-2"}))
        again = desk.blind.post("/api/contacts", json={"name": "Bea"}, headers=KEY)
        assert again.content == first.content


class TestExpired:
    @pytest.mark.parametrize("contract", MADE)
    def test_a_repeat_is_409_and_has_no_effect(self, desk: Desk, contract):
        first = desk.make(contract)
        desk.expire()
        events = desk.service.count_events(desk.tenant)
        again = desk.make(contract)
        assert again.status_code == 409
        assert in_form(contract, again)
        assert HIDDEN in first.text
        assert HIDDEN not in again.text
        assert desk.service.count_events(desk.tenant) == events

    @pytest.mark.parametrize("contract", MADE)
    def test_a_repeat_is_404_where_its_record_is_deleted(self, desk: Desk, contract):
        desk.make(contract)
        desk.expire()
        desk.blind.delete(f"/api/interactions/{desk.interaction}")
        events = desk.service.count_events(desk.tenant)
        assert desk.make(contract).status_code == 404
        assert desk.service.count_events(desk.tenant) == events

    def test_every_repeat_has_a_code_and_no_effect(self, desk: Desk):
        """Keys of commands that begin no aggregate, too."""
        meeting = office.schedule(desk.blind, desk.contact)["id"]
        webhook = new_webhook(desk.blind)["id"]
        account = new_account(desk.blind)["id"]
        posts = [
            ("/api/contacts", {"name": "Bea"}),
            (f"/api/contacts/{desk.contact['id']}/restore", None),
            (f"/api/meetings/{meeting}/complete", {"duration": 5}),
            ("/api/admin/tactics", TACTIC),
            ("/api/admin/services", OFFER),
            ("/api/webhooks", {"url": NOWHERE}),
            (f"/api/webhooks/{webhook}/secret", None),
            (f"/api/webhooks/{webhook}/replay", {"after": 0}),
            ("/api/accounts", ACCOUNT),
            (f"/api/accounts/{account}/sync", None),
            (f"/api/accounts/{account}/pause", None),
            (f"/api/accounts/{account}/resume", None),
        ]
        for path, body in posts:
            assert desk.blind.post(path, json=body, headers=KEY).is_success, path
        desk.expire()
        events = desk.service.count_events(desk.tenant)
        for path, body in posts:
            again = desk.blind.post(path, json=body, headers=KEY)
            office.refused(again, 409, "idempotency_key_expired")
        assert desk.service.count_events(desk.tenant) == events

    def test_another_key_has_an_effect(self, desk: Desk):
        desk.make("tracking")
        desk.expire()
        path, body = "/api/contacts", {"name": "Bea"}
        key = {"Idempotency-Key": "key-2"}
        assert desk.blind.post(path, json=body, headers=key).status_code == 201

    def test_every_keyed_route_documents_it(self):
        for one in OPERATIONS:
            if one.method == "POST" and one.permission != PUBLIC:
                assert "409" in one.documented["responses"], one.key
