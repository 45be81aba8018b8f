"""Interactions of the native contract: log, read, correct, delete."""

import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import (
    INTERACTION_KEYS,
    NOBODY,
    add,
    ago,
    ahead,
    done,
    log,
    read,
    refused,
)

FULL = {
    "interactionType": "lunch",
    "date": "2024-03-05T12:30:00Z",
    "duration": 45,
    "location": "Café Ode",
    "medium": "in person",
    "topicsDiscussed": ["odes", "prices"],
    "notes": "Likes it.\nVery much.",
    "sentiment": "positive",
    "followUpNeeded": True,
    "followUpNotes": "Send the contract",
}


class TestLogging:
    def test_answers_with_the_interaction_and_its_place(self, client, contact):
        body = FULL | {"contactId": contact["id"]}
        response = client.post("/api/interactions", json=body)
        answer = done(response, 201)
        assert list(answer) == [*INTERACTION_KEYS, "contract"]
        assert {key: answer[key] for key in body} == body
        assert answer["createdBy"] == {
            "id": "5",
            "name": "John Smith",
            "givenName": "John",
            "familyName": "Smith",
            "number": 5,
        }
        found = client.get(response.headers["location"])
        assert (found.json(), found.headers["etag"]) == (answer, response.headers["etag"])
        assert read(client, f"/api/interactions/{answer['number']}") == answer

    def test_takes_the_number_of_the_contact(self, client, contact):
        assert log(client, contact, contactId=contact["number"])["contactId"] == contact["id"]

    def test_a_contacts_number_as_a_text_is_told_how_it_is_taken(self, client, contact):
        body = FULL | {"contactId": str(contact["number"])}
        problem = refused(client.post("/api/interactions", json=body), 422, pointer="/contactId")
        (error,) = problem["errors"]
        assert error["detail"].endswith("A contact's number is taken too, as a JSON number.")

    def test_needs_a_contact_and_a_date(self, client, contact):
        problem = refused(client.post("/api/interactions", json={}), 422)
        assert {error["pointer"] for error in problem["errors"]} == {"/contactId", "/date"}

    @pytest.mark.parametrize("contact_id", [NOBODY, 2**62])
    def test_an_unknown_contact_is_422(self, client, service, tenant, contact_id):
        body = FULL | {"contactId": contact_id}
        refused(client.post("/api/interactions", json=body), 422, "contact_not_found", "/contactId")
        assert service.count_events(tenant) == 0

    @pytest.mark.parametrize("key", ["id", "number"])
    def test_another_tenants_contact_is_422(self, contact, stranger, key):
        body = FULL | {"contactId": contact[key]}
        response = stranger.post("/api/interactions", json=body)
        refused(response, 422, "contact_not_found", "/contactId")

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("2024-03-05T14:30:00+02:00", "2024-03-05T12:30:00Z"),
            ("2024-03-05T12:30:00.25Z", "2024-03-05T12:30:00.250000Z"),
            ("2024-03-05T12:30:00.1234567Z", "2024-03-05T12:30:00.123456Z"),
            ("2024-03-05t12:30:00z", "2024-03-05T12:30:00Z"),
            ("2024-03-05", "2024-03-05T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ],
    )
    def test_keeps_the_instant_in_utc_to_the_microsecond(self, client, contact, written, kept):
        answer = log(client, contact, date=written)
        assert answer["date"] == kept
        assert answer.get("wholeDay") is (True if len(written) == 10 else None)
        assert read(client, f"/api/interactions/{answer['id']}") == answer

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"date": "2024-03-05T12:30:00"}, "/date"),
            ({"date": "yesterday"}, "/date"),
            ({"date": "2024-02-30"}, "/date"),
            ({"date": "2024-03-05T25:00:00Z"}, "/date"),
            ({"date": "0001-01-01T00:00:00+14:00"}, "/date"),
            ({"date": "9999-12-31T23:59:59-01:00"}, "/date"),
            ({"date": "2999-01-01T00:00:00Z"}, "/date"),
            ({"date": "2999-01-01"}, "/date"),
            ({"date": 1709641800}, "/date"),
            ({"date": None}, "/date"),
            ({"contactId": None}, "/contactId"),
            ({"contactId": "x"}, "/contactId"),
            ({"contactId": "7"}, "/contactId"),
            ({"contactId": True}, "/contactId"),
            ({"contactId": -7}, "/contactId"),
            ({"contactId": 1.0}, "/contactId"),
            ({"interactionType": "note"}, "/interactionType"),
            ({"interactionType": "Call"}, "/interactionType"),
            ({"interactionType": ["call"]}, "/interactionType"),
            ({"duration": 0}, "/duration"),
            ({"duration": -5}, "/duration"),
            ({"duration": 1.5}, "/duration"),
            ({"duration": 1e300}, "/duration"),
            ({"duration": 2**62}, "/duration"),
            ({"duration": "30"}, "/duration"),
            ({"duration": True}, "/duration"),
            ({"topicsDiscussed": "odes"}, "/topicsDiscussed"),
            ({"topicsDiscussed": [1]}, "/topicsDiscussed/0"),
            ({"topicsDiscussed": [["odes"]]}, "/topicsDiscussed/0"),
            ({"topicsDiscussed": ["x"] * 1001}, "/topicsDiscussed"),
            ({"notes": 7}, "/notes"),
            ({"notes": "x" * 100_001}, "/notes"),
            ({"location": "x" * 501}, "/location"),
            ({"sentiment": "happy"}, "/sentiment"),
            ({"sentiment": ""}, "/sentiment"),
            ({"followUpNeeded": "yes"}, "/followUpNeeded"),
            ({"followUpNeeded": 1}, "/followUpNeeded"),
            ({"tags": ["x"] * 101}, "/tags"),
            ({"tags": [" "]}, "/tags/0"),
            ({"participants": [7]}, "/participants/0"),
            ({"participants": {"name": "x"}}, "/participants"),
            ({"participants": ["x" * 501]}, "/participants/0"),
            ({"participants": [{"name": 7}]}, "/participants/0/name"),
            ({"participants": [{"contactId": "x"}]}, "/participants/0/contactId"),
            ({"participants": [{"nickname": "x"}]}, "/participants/0"),
            ({"colour": "red"}, ""),
        ],
        ids=str,
    )
    def test_refuses_what_is_invalid(self, client, contact, service, tenant, wrong, pointer):
        response = client.post(
            "/api/interactions", json=FULL | {"contactId": contact["id"]} | wrong
        )
        refused(response, 422, pointer=pointer)
        assert service.count_events(tenant) == 1

    def test_a_date_is_in_the_future_once_it_is_everywhere_on_earth(self, client, contact):
        log(client, contact, date=ahead(hours=1)[:10])
        day_after_tomorrow = ahead(days=2)[:10]
        body = {"contactId": contact["id"], "date": day_after_tomorrow}
        refused(client.post("/api/interactions", json=body), 422, "date_in_future", "/date")
        body["date"] = ahead(minutes=1)
        refused(client.post("/api/interactions", json=body), 422, "date_in_future", "/date")

    def test_keeps_who_took_part_and_puts_it_into_their_timelines(self, client, contact):
        other = add(client, name="Bob")
        people = [
            "Cleo",
            {"name": "Bob", "contactId": other["id"]},
            {"email": "dan@example.org"},
        ]
        answer = log(client, contact, participants=people, tags=["fair"])
        assert (answer["participants"], answer["tags"]) == (people, ["fair"])
        assert read(client, f"/api/contacts/{other['id']}/interactions")["items"] == [answer]
        assert read(client, f"/api/contacts/{other['id']}")["lastContacted"] == answer["date"]


class TestCorrecting:
    def test_keeps_what_is_left_out_and_clears_what_is_null(self, client, contact):
        logged = log(client, contact, **FULL, tags=["a"])
        path = f"/api/interactions/{logged['number']}"
        nulls = dict.fromkeys(
            ("duration", "location", "topicsDiscussed", "sentiment", "followUpNeeded", "tags")
        )
        answer = done(client.put(path, json={"notes": "Better", **nulls}))
        expected = logged | nulls | {"notes": "Better", "topicsDiscussed": []}
        del expected["tags"]
        for key in ("updatedAt", "updatedBy"):
            expected[key] = answer[key]
        assert answer == expected
        assert answer["updatedAt"] > logged["updatedAt"]
        assert read(client, path) == answer

    def test_takes_what_was_read_and_changes_nothing(self, client, contact, service, tenant):
        full = log(client, contact, **FULL, tags=["a"], participants=["Cleo", {"email": "d@e.f"}])
        path = f"/api/interactions/{full['id']}"
        day = log(client, contact, date="2024-03-05")
        assert done(client.put(path, json=full)) == full
        assert done(client.put(f"/api/interactions/{day['id']}", json=day)) == day
        assert service.count_events(tenant) == 3

    def test_says_who_corrected_it(self, client, contact, service, tenant):
        logged = log(client, contact)
        someone = service.client(tenant=tenant, user="6", name="Kim")
        answer = done(someone.put(f"/api/interactions/{logged['id']}", json={"notes": "x"}))
        assert answer["createdBy"]["id"] == "5"
        assert answer["updatedBy"] == {"id": "6", "name": "Kim", "number": 6, "givenName": "Kim"}

    def test_moves_it_in_every_list(self, client, contact):
        first, second = log(client, contact, date=ago(days=3)), log(client, contact)
        path = f"/api/interactions/{second['id']}"
        done(client.put(path, json={"date": ago(days=9), "interactionType": "coffee"}))
        timeline = read(client, f"/api/contacts/{contact['id']}/interactions")
        assert office.ids(timeline) == [first["id"], second["id"]]
        assert read(client, f"/api/contacts/{contact['id']}")["lastContacted"] == first["date"]
        assert office.ids(read(client, "/api/interactions", type="coffee")) == [second["id"]]

    def test_an_interactions_contact_cant_be_changed(self, client, contact, service, tenant):
        path = f"/api/interactions/{log(client, contact)['id']}"
        other = add(client)
        events = service.count_events(tenant)
        for wrong in (other["id"], other["number"], NOBODY, 2**62):
            response = client.put(path, json={"contactId": wrong, "notes": "x"})
            refused(response, 422, "contact_fixed", "/contactId")
        assert service.count_events(tenant) == events
        done(client.put(path, json={"contactId": contact["number"]}))

    def test_correcting_an_unknown_interaction_is_404_whatever_the_contact(self, client, contact):
        for body in ({}, {"contactId": contact["id"]}, {"contactId": 2**62}):
            response = client.put(f"/api/interactions/{NOBODY}", json=body)
            refused(response, 404, "interaction_not_found")

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"date": None}, "/date"),
            ({"date": "2999-01-01T00:00:00Z"}, "/date"),
            ({"date": "2024-03-05T12:30:00"}, "/date"),
            ({"duration": 0}, "/duration"),
            ({"interactionType": "note"}, "/interactionType"),
            ({"sentiment": "glad"}, "/sentiment"),
            ({"note": "x"}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, contact, wrong, pointer):
        logged = log(client, contact)
        path = f"/api/interactions/{logged['id']}"
        refused(client.put(path, json={"notes": "x"} | wrong), 422, pointer=pointer)
        assert read(client, path) == logged


class TestDeleting:
    def test_takes_it_out_of_everything(self, client, contact):
        newer = log(client, contact, date=ago(hours=1), notes="needle", duration=30)
        older = log(client, contact, date=ago(days=5))
        path = f"/api/interactions/{newer['number']}"
        assert read(client, f"/api/contacts/{contact['id']}")["lastContacted"] == newer["date"]
        response = client.delete(path)
        assert (response.status_code, response.content) == (204, b"")
        refused(client.get(path), 404)
        refused(client.get(f"/api/interactions/{newer['id']}"), 404)
        refused(client.put(f"/api/interactions/{newer['id']}", json={"notes": "x"}), 404)
        refused(client.delete(f"/api/interactions/{newer['id']}"), 404)
        assert office.ids(read(client, "/api/interactions")) == [older["id"]]
        assert read(client, "/api/interactions", search="needle")["totalCount"] == 0
        timeline = read(client, f"/api/contacts/{contact['id']}/interactions")
        assert office.ids(timeline) == [older["id"]]
        assert read(client, f"/api/contacts/{contact['id']}")["lastContacted"] == older["date"]
        counted = read(client, "/api/analytics/interactions")
        assert (counted["totalInteractions"], counted["averageDuration"]) == (1, None)
        client.delete(f"/api/interactions/{older['id']}")
        assert read(client, f"/api/contacts/{contact['id']}")["lastContacted"] is None
