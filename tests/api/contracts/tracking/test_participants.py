"""Participants who are contacts: those that exist, as many as there may be, and how each finds the
interaction in a timeline of their own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from api.http.problem import MOST_FAULTS
from domain.record import Labels, Participant, People, Said
from projections.contacts import queries as contact_list
from projections.read_model import ROW
from tests.api.contracts.tracking.office import (
    NOBODY,
    add,
    ago,
    done,
    ids,
    log,
    read,
    refused,
    walk,
)
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING, Service
from tests.domain.samples import record

MOST = 1_000
"""Participants of an interaction."""


def by_id(*contacts: dict[str, Any]) -> list[dict[str, str]]:
    return [{"contactId": contact["id"]} for contact in contacts]


def removed(client: httpx.Client) -> dict[str, Any]:
    """A contact that was removed."""
    contact = add(client, name="Gone")
    assert client.delete(f"/api/contacts/{contact['id']}").status_code == 204
    return contact


class TestNaming:
    @pytest.fixture
    def nobody(self, client, stranger):
        """Contacts that aren't there: made up, removed, another tenant's."""
        return [{"id": str(uuid4())}, removed(client), add(stranger)]

    def test_a_participant_that_is_no_contact_is_422_at_its_place(
        self, client, contact, nobody, service, tenant
    ):
        events = service.count_events(tenant)
        people = ["Cleo", *by_id(contact), *by_id(*nobody), {"name": "Dan"}]
        body = {"contactId": contact["id"], "date": ago(days=1), "participants": people}
        problem = refused(client.post("/api/interactions", json=body), 422, "contact_not_found")
        places = [f"/participants/{place}/contactId" for place in (2, 3, 4)]
        assert [error["pointer"] for error in problem["errors"]] == places
        assert service.count_events(tenant) == events

    def test_a_correction_names_contacts_as_well(self, client, contact, nobody, service, tenant):
        path = f"/api/interactions/{log(client, contact)['id']}"
        events = service.count_events(tenant)
        for each in nobody:
            response = client.put(path, json={"participants": by_id(contact, each)})
            refused(response, 422, "contact_not_found", "/participants/1/contactId")
        assert service.count_events(tenant) == events

    def test_participants_that_were_recorded_are_sent_back(self, client, contact):
        first, second = add(client, name="First"), add(client, name="Second")
        logged = log(client, contact, participants=by_id(first, second))
        path = f"/api/interactions/{logged['id']}"
        assert client.delete(f"/api/contacts/{first['id']}").status_code == 204
        assert done(client.put(path, json=read(client, path))) == logged
        people = [*by_id(first), "Cleo"]
        assert done(client.put(path, json={"participants": people}))["participants"] == people
        assert client.delete(f"/api/contacts/{second['id']}").status_code == 204
        response = client.put(path, json={"participants": by_id(first, second)})
        refused(response, 422, "contact_not_found", "/participants/1/contactId")

    def test_another_interactions_participants_arent_this_ones(self, client, contact):
        first = add(client, name="First")
        log(client, contact, participants=by_id(first))
        other = log(client, contact)
        client.delete(f"/api/contacts/{first['id']}")
        response = client.put(
            f"/api/interactions/{other['id']}", json={"participants": by_id(first)}
        )
        refused(response, 422, "contact_not_found", "/participants/0/contactId")

    def test_an_unknown_interaction_is_404_whatever_its_participants(self, client, contact):
        for people in (by_id(contact), by_id({"id": NOBODY})):
            for name in (NOBODY, "987654321"):
                response = client.put(f"/api/interactions/{name}", json={"participants": people})
                refused(response, 404, "interaction_not_found")

    def test_a_repeated_command_is_answered_though_a_participant_is_gone(self, client, contact):
        guest = add(client, name="Guest")
        body = {"contactId": contact["id"], "date": ago(days=1), "participants": by_id(guest)}
        key = {"Idempotency-Key": str(uuid4())}
        first = done(client.post("/api/interactions", json=body, headers=key), 201)
        client.delete(f"/api/contacts/{guest['id']}")
        assert done(client.post("/api/interactions", json=body, headers=key), 201) == first

    def test_made_up_participants_are_refused_however_many(self, client, contact, service, tenant):
        events = service.count_events(tenant)
        people = [{"contactId": str(uuid4()), "name": "n" * 100} for _ in range(MOST)]
        body = {"contactId": contact["id"], "date": ago(days=1), "participants": people}
        problem = refused(client.post("/api/interactions", json=body), 422, "contact_not_found")
        assert len(problem["errors"]) == MOST_FAULTS
        logged = log(client, contact)
        response = client.put(f"/api/interactions/{logged['id']}", json={"participants": people})
        refused(response, 422, "contact_not_found")
        assert service.count_events(tenant) == events + 1


def test_participants_are_looked_up_at_once(client, contact, monkeypatch):
    lookups = []
    present = contact_list.present

    def counted(fetch, tenant, ids):
        lookups.append(len(ids))
        return present(fetch, tenant, ids)

    monkeypatch.setattr(contact_list, "present", counted)
    guests = [add(client, name=f"{number}") for number in range(5)]
    logged = log(client, contact, participants=by_id(*guests))
    done(client.put(f"/api/interactions/{logged['id']}", json={"participants": by_id(*guests)}))
    log(client, contact, participants=["Cleo"])
    assert lookups == [5, 5]


def stored(service: Service, identity: str) -> tuple[int, int]:
    """The number of rows in the timeline that an interaction has, and their bytes."""
    with psycopg.connect(service.conninfo) as connection:
        row = connection.execute(
            "SELECT count(*), sum(pg_column_size(t.*) + coalesce(pg_column_size(document), 0) "
            "+ coalesce(pg_column_size(search), 0)) FROM timeline t WHERE id = %s",
            (identity,),
        ).fetchone()
    assert row is not None
    return row


def test_as_many_participants_as_there_may_be_have_rows_of_keys_alone(client, contact, service):
    with ThreadPoolExecutor(16) as pool:
        contacts = list(pool.map(lambda number: add(client, name=f"{number}"), range(MOST)))
    notes = "n" * 100_000
    alone = log(client, contact, notes=notes)
    both = log(client, contact, notes=notes, participants=by_id(*contacts))
    rows, size = stored(service, both["id"])
    _, content = stored(service, alone["id"])
    assert rows == MOST + 1
    assert size < content + 2 * ROW * MOST
    done(client.put(f"/api/interactions/{both['id']}", json={"location": "Here"}))
    assert stored(service, both["id"])[0] == MOST + 1
    for guest in (contacts[0], contacts[-1]):
        (shown,) = read(client, f"/api/contacts/{guest['id']}/interactions")["items"]
        assert (shown["id"], shown["location"], shown["notes"]) == (both["id"], "Here", notes)
    assert client.delete(f"/api/interactions/{both['id']}").status_code == 204
    assert read(client, f"/api/contacts/{contacts[5]['id']}/interactions")["items"] == []


class TestFinding:
    """A participant's list shows and finds the same as the contact's own."""

    @pytest.fixture
    def guest(self, client):
        return add(client, name="Guest")

    @pytest.fixture
    def logged(self, client, contact, guest):
        parts: list[dict[str, Any]] = [
            {"notes": "Wants 50% off", "sentiment": "positive"},
            {"tags": ["food", "vip"], "interactionType": "lunch", "sentiment": "negative"},
            {"topicsDiscussed": ["prices"], "tags": ["vip"], "duration": 30},
        ]
        people = [*by_id(guest), {"name": "Zoe", "email": "zoe@example.org"}]
        return [
            log(client, contact, date=ago(days=day), participants=people, **part)
            for day, part in enumerate(parts, 1)
        ] + [log(client, guest, date=ago(days=9), notes="Their own", sentiment="neutral")]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, (0, 1, 2, 3)),
            ({"search": "50%"}, (0,)),
            ({"search": "own"}, (3,)),
            ({"search": "zoe"}, (0, 1, 2)),
            ({"tags": "vip"}, (1, 2)),
            ({"tags": "vip,food"}, (1,)),
            ({"sentiment": "positive"}, (0,)),
            ({"sentiment": "neutral"}, (3,)),
            ({"participant": "ZOE@"}, (0, 1, 2)),
            ({"type": "lunch"}, (1,)),
            ({"type": "lunch", "search": "vip"}, (1,)),
            ({"search": "nothing"}, ()),
        ],
        ids=str,
    )
    def test_by_each_filter(self, client, guest, logged, query, found):
        expected = [logged[number] for number in found]
        listed = read(client, "/api/interactions", contactId=guest["id"], **query)
        assert (listed["items"], listed["totalCount"]) == (expected, len(expected))
        one_by_one = walk(client, "/api/interactions", contactId=guest["id"], pageSize=1, **query)
        assert one_by_one == [each["id"] for each in expected]

    def test_page_by_page(self, client, guest, logged):
        path = f"/api/contacts/{guest['id']}/interactions"
        assert read(client, path)["items"] == logged
        assert walk(client, path, limit=1) == [each["id"] for each in logged]

    def test_analytics_count_it(self, client, guest, logged):
        counted = read(client, "/api/analytics/interactions", contactId=guest["id"])
        part = read(
            client,
            "/api/analytics/interactions",
            contactId=guest["id"],
            startDate=ago(days=4),
            endDate=ago(hours=1),
        )
        sentiments = {"positive": 1, "neutral": 1, "negative": 1}
        assert (counted["totalInteractions"], counted["sentiment"]) == (4, sentiments)
        assert (part["totalInteractions"], part["averageDuration"]) == (3, 30)
        assert part["sentiment"] == sentiments | {"neutral": 0}

    def test_a_restricted_record_shows_and_finds_no_more_than_elsewhere(
        self, client, service, tenant, contact, guest
    ):
        people = People(participants=tuple(Participant(contact_id=c["id"]) for c in (guest,)))
        said = Said(notes="Secret", sentiment="positive")
        what = record(said=said, people=people, labels=Labels(tags=("vip",)))
        one = log_restricted(service, tenant, contact["id"], what, "hr")
        path = f"/api/contacts/{guest['id']}/interactions"
        (shown,) = read(client, path)["items"]
        assert (shown["id"], shown["redacted"], shown["notes"]) == (one, True, None)
        opener = service.client(tenant=tenant, permissions=[*EVERYTHING, "tag:hr"])
        (shown,) = read(opener, path, tags="hr")["items"]
        assert (shown["notes"], shown.get("redacted")) == ("Secret", None)
        for query in ({"search": "secret"}, {"sentiment": "positive"}):
            wanted = {"contactId": guest["id"]} | query
            assert ids(read(client, "/api/interactions", **wanted)) == []
            assert ids(read(opener, "/api/interactions", tags="hr", **wanted)) == [one]
        for start in (ago(days=4000), "2024-01-10T00:00:00Z"):
            counted = read(
                client,
                "/api/analytics/interactions",
                contactId=guest["id"],
                startDate=start,
                endDate="2024-01-10T20:00:00Z",
            )
            assert counted["totalInteractions"] == 1
            assert counted["sentiment"]["positive"] == 0
