"""`GET /api/events`: a tenant's events in batches, for those who come back for more."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from cloudevents.core.formats.json import JSONFormat

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import refused
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING, Service
from tests.infrastructure.projecting.support import record

FEED = "/api/events"


def batch(client: httpx.Client, path: str = FEED, **query: Any) -> list[dict[str, Any]]:
    response = client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/cloudevents-batch+json"
    events: list[dict[str, Any]] = response.json()
    return events


def walked(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """All there is, by the links, up to an empty batch."""
    response = client.get(FEED, params=query)
    found: list[dict[str, Any]] = []
    while response.json():
        found += response.json()
        response = client.get(response.links["next"]["url"])
        assert response.status_code == 200, response.text
    return found


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("kith.").removesuffix(".v1") for event in events]


@pytest.fixture
def interaction(client: httpx.Client, contact: dict[str, Any]) -> dict[str, Any]:
    """A contact, an interaction with it that was corrected twice, and a meeting."""
    logged = office.log(client, contact, notes="one")
    for notes in ("two", "three"):
        office.done(client.put(f"/api/interactions/{logged['id']}", json={"notes": notes}))
    office.schedule(client, contact)
    return logged


@pytest.mark.usefixtures("interaction")
class TestFeed:
    def test_a_batch_is_of_cloudevents_in_the_order_of_their_positions(self, client):
        events = batch(client)
        assert types(events) == [
            "contact.added",
            "interaction.logged",
            "interaction.amended",
            "interaction.amended",
            "meeting.scheduled",
        ]
        positions = [int(event["position"]) for event in events]
        assert positions == sorted(positions)
        for event in events:
            read = JSONFormat().read(None, client.get(FEED, params={"limit": 1}).content[1:-1])
            assert read.get_specversion() == event["specversion"] == "1.0"

    @pytest.mark.parametrize("limit", [1, 2, 5, 1000])
    def test_the_links_lead_through_all_of_it(self, client, limit):
        assert walked(client, limit=limit) == batch(client)

    def test_the_last_batch_links_to_the_position_to_resume_at(self, client, contact):
        first = client.get(FEED)
        again = client.get(first.links["next"]["url"])
        assert again.json() == []
        office.log(client, contact, notes="new")
        (new,) = batch(client, again.links["next"]["url"])
        assert new["data"]["record"]["said"]["notes"] == "new"

    def test_an_acknowledged_event_is_in_the_next_batch(self, client, contact):
        def logged(number: int) -> bool:
            after = int(batch(client, limit=1000)[-1]["position"])
            office.log(client, contact, notes=str(number))
            found = batch(client, after=after, limit=1000)
            return str(number) in [one["data"]["record"]["said"]["notes"] for one in found]

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(logged, range(40)))

    def test_types_are_named_with_commas_or_one_by_one(self, client):
        amended, met = "kith.interaction.amended.v1", "kith.meeting.scheduled.v1"
        both = ["interaction.amended", "interaction.amended", "meeting.scheduled"]
        assert types(batch(client, type=amended)) == both[:2]
        assert types(batch(client, type=f"{met}, {amended}")) == both
        assert types(batch(client, type=[amended, met])) == both
        assert types(walked(client, type=[amended, met], limit=1)) == both
        assert types(batch(client, type="kith.meeting.missed.v1")) == []

    def test_a_subject_is_one_record(self, client, interaction):
        subject = f"interaction/{interaction['id']}"
        told = ["interaction.logged", "interaction.amended", "interaction.amended"]
        assert types(batch(client, subject=subject)) == told
        assert types(batch(client, subject=subject.upper().replace("INTERACTION", "interaction")))
        assert types(walked(client, subject=subject, limit=1)) == told
        amended = "kith.interaction.amended.v1"
        assert types(batch(client, subject=subject, type=amended)) == told[1:]
        assert batch(client, subject=f"meeting/{interaction['id']}") == []

    def test_another_tenant_is_told_nothing(self, client, stranger, interaction):
        assert batch(stranger) == []
        assert batch(stranger, subject=f"interaction/{interaction['id']}") == []
        assert batch(stranger, after=int(batch(client)[0]["position"])) == []


@pytest.mark.parametrize(
    "after", ["", "x", "-1", "1.0", "+1", " 1", "1_0", "١", "9" * 19, "9" * 40, str(2**63 - 1)]
)
def test_a_bad_position_is_400_and_never_the_beginning(client, after):
    refused(client.get(FEED, params={"after": after}), 400, "position_invalid", "/after")


def test_a_position_that_isnt_there_yet_is_400(client, service: Service):
    head = service.count_events()
    assert batch(client, after=head) == []
    refused(client.get(FEED, params={"after": head + 1}), 400, "position_invalid", "/after")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "/limit"),
        ({"limit": 1001}, "/limit"),
        ({"type": "kith.interaction.logged"}, "/type"),
        ({"type": "kith.interaction.logged.v1,x"}, "/type"),
        ({"subject": "interaction"}, "/subject"),
        ({"subject": "interaction/7"}, "/subject"),
        ({"subject": "person/550e8400-e29b-41d4-a716-446655440002"}, "/subject"),
        ({"subject": "interaction/" + "x" * 36}, "/subject"),
    ],
)
def test_an_invalid_query_is_422(client, query, pointer):
    refused(client.get(FEED, params=query), 422, pointer=pointer)


def test_a_hidden_event_is_opened_with_its_tags_permission_alone(
    service: Service, tenant: str, client, contact
):
    log_restricted(service, tenant, contact["id"], record("secret"), "tax")
    assert batch(client)[-1]["data"]["redacted"] is True
    assert "secret" not in client.get(FEED).text
    refused(client.get(FEED, params={"tags": "tax"}), 403, "permission_required")
    trusted = service.client(tenant=tenant, permissions=[*EVERYTHING, "tag:tax", "tag:law"])
    assert batch(trusted)[-1]["data"]["redacted"] is True
    assert "redacted" not in batch(trusted, tags="law,tax")[-1]["data"]
    assert batch(trusted, tags="law")[-1]["data"]["redacted"] is True
    following = trusted.get(FEED, params={"tags": "tax", "limit": 1}).links["next"]["url"]
    assert "secret" in trusted.get(following).text
