"""The events of a deleted interaction have no content for anybody but auditors."""

from typing import Any

import httpx
import pytest

from infrastructure.publishing import event_redaction
from infrastructure.publishing.event_redaction import RestrictedEvent
from tests.api.contracts.tracking import office
from tests.api.planted import ENCOUNTER, SECRET, sent
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING, Service
from tests.api.streaming import STREAM, ask

FEED = "/api/events"
WORKER = ("view_contacts", "edit_contacts")
TEXTS = ("xyzzy", "Lea Leader", "Paul Participant", "CUOffice", "vip")
"""One of each kind of content: what was said, people, place and tags."""

each_way = pytest.mark.parametrize("path", [FEED, STREAM])


@pytest.fixture
def worker(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant, permissions=WORKER)


@pytest.fixture
def auditor(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant, permissions=("view_contacts", "audit"))


@pytest.fixture
def deleted(service: Service, tenant: str, worker: httpx.Client) -> str:
    """An interaction that was logged, amended and deleted."""
    contact = office.add(worker)
    labels = SECRET.labels.model_copy(update={"tags": ("vip",)})
    record = SECRET.model_copy(update={"labels": labels})
    identity = log_restricted(service, tenant, contact["id"], record)
    changes = {"notes": "xyzzy amended", "location": "xyzzy hill", "tags": ["xyzzy"]}
    sent(worker.put(f"/api/interactions/{identity}", json=changes))
    assert worker.delete(f"/api/interactions/{identity}").status_code == 204
    return identity


def events(client: httpx.Client, path: str, identity: str) -> list[dict[str, Any]]:
    response = ask(client, "GET", path, params={"subject": f"interaction/{identity}"})
    assert response.status_code == 200, response.text
    return list(response.json())


@each_way
def test_content_is_withheld(worker, deleted, path):
    text = ask(worker, "GET", path).text
    assert not [one for one in TEXTS if one in text]
    logged, amended, gone = events(worker, path, deleted)
    assert logged["data"]["redacted"] is amended["data"]["redacted"] is True
    assert logged["data"]["record"]["when"] == {"at": "2001-02-03T04:05:06Z", "wholeDay": False}
    assert amended["data"]["changes"] == {}
    assert gone["type"] == "kith.interaction.deleted.v1"
    assert "redacted" not in gone["data"]


@each_way
def test_auditors_see_it_as_it_was(auditor, deleted, path):
    logged, amended, _ = events(auditor, path, deleted)
    assert not {"redacted"} & {*logged["data"], *amended["data"]}
    text = ask(auditor, "GET", path).text
    assert [one for one in TEXTS if one in text] == list(TEXTS)
    assert "xyzzy amended" in text


@each_way
def test_a_restricted_tag_hides_it_from_auditors_too(service, tenant, auditor, path):
    contact = office.add(service.client(tenant=tenant))
    identity = log_restricted(service, tenant, contact["id"], SECRET, "immigration")
    assert service.client(tenant=tenant).delete(f"/api/interactions/{identity}").is_success
    assert "xyzzy" not in ask(auditor, "GET", path).text
    trusted = service.client(tenant=tenant, permissions=[*EVERYTHING, "tag:immigration"])
    assert "xyzzy" in ask(trusted, "GET", path, params={"tags": "immigration"}).text
    blind = service.client(tenant=tenant, permissions=("view_contacts", "tag:immigration"))
    assert "xyzzy" not in ask(blind, "GET", path, params={"tags": "immigration"}).text


@each_way
def test_an_interaction_that_is_there_is_told_whole(worker, path):
    contact = office.add(worker)
    logged = office.log(worker, contact, notes="xyzzy")
    (event,) = events(worker, path, logged["id"])
    assert event["data"]["record"]["said"]["notes"] == "xyzzy"


@each_way
def test_a_removed_contact_keeps_its_events(worker, path):
    contact = office.add(worker, name="Removed Person", company="xyzzy Ltd")
    logged = office.log(worker, contact, notes="xyzzy notes")
    assert worker.delete(f"/api/contacts/{contact['id']}").status_code == 204
    text = ask(worker, "GET", path).text
    assert all(one in text for one in ("Removed Person", "xyzzy Ltd", "xyzzy notes"))
    assert "redacted" not in events(worker, path, logged["id"])[0]["data"]


@each_way
def test_a_meeting_outlives_the_interaction_it_was_logged_with(worker, path):
    meeting = office.schedule(worker, office.add(worker), purpose="xyzzy purpose")
    done = sent(worker.put(f"/api/meetings/{meeting['id']}/complete", json={"outcomes": "Agreed"}))
    assert worker.delete(f"/api/interactions/{done['interactionId']}").status_code == 204
    response = ask(worker, "GET", path, params={"subject": f"meeting/{meeting['id']}"})
    assert "xyzzy purpose" in response.text
    assert "Agreed" in response.text
    (logged, _) = events(worker, path, done["interactionId"])
    assert "Agreed" not in str(logged)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_of_any_length_withhold_it(worker, deleted, limit):
    response = worker.get(FEED, params={"limit": limit})
    found = ""
    while response.json():
        found += response.text
        response = worker.get(response.links["next"]["url"])
    assert deleted in found
    assert "xyzzy" not in found


@pytest.mark.usefixtures("deleted")
def test_a_mutant_that_forgets_deletions_tells_it(worker, monkeypatch):
    def forgetful(*known: Any) -> RestrictedEvent:
        return RestrictedEvent(*known[:2])

    monkeypatch.setattr(event_redaction, "RestrictedEvent", forgetful)
    assert "xyzzy" in worker.get(FEED).text


def test_an_encounter_of_the_clients_contract_is_withheld_too(worker):
    contact = office.add(worker)
    path = f"/clients/api/clients/{contact['number']}/interactions"
    made = sent(worker.post(path, json=ENCOUNTER))
    assert worker.delete(f"{path}/{made['id']}").status_code == 204
    assert ENCOUNTER["description"] not in worker.get(FEED).text
