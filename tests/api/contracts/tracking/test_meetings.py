"""Meetings of the native contract, until they end (the tracking document)."""

import pytest

from tests.api.contracts.tracking.office import (
    ENDS,
    MEETING,
    MEETING_KEYS,
    NOBODY,
    OUTCOME,
    add,
    done,
    ids,
    read,
    refused,
    schedule,
    walk,
    walk_links,
)


class TestScheduling:
    def test_answers_with_the_meeting_and_its_place(self, client, contact):
        body = MEETING | {"contactId": contact["id"]}
        response = client.post("/api/meetings", json=body)
        answer = done(response, 201)
        assert list(answer) == MEETING_KEYS
        assert {key: answer[key] for key in body} == body
        assert (answer["status"], answer["completedDate"]) == ("scheduled", None)
        assert answer["createdBy"]["name"] == "John Smith"
        found = client.get(response.headers["location"])
        assert (found.json(), found.headers["etag"]) == (answer, response.headers["etag"])

    def test_needs_a_contact_and_a_time(self, client, contact):
        problem = refused(client.post("/api/meetings", json={}), 422)
        pointers = {error["pointer"] for error in problem["errors"]}
        assert pointers == {"/contactId", "/scheduledDateTime"}
        answer = schedule(client, contact, contactId=contact["number"])
        assert (answer["contactId"], answer["calendarSynced"]) == (contact["id"], False)
        assert (answer["agendaItems"], answer["purpose"]) == ([], None)

    def test_an_unknown_contact_is_422(self, client, contact, stranger, service):
        events = service.count_events()
        for asker, name in (
            (client, NOBODY),
            (client, 2**62),
            (stranger, contact["id"]),
            (stranger, contact["number"]),
        ):
            response = asker.post("/api/meetings", json=MEETING | {"contactId": name})
            refused(response, 422, "contact_not_found", "/contactId")
        assert service.count_events() == events

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"scheduledDateTime": "2031-05-05T09:00:00"}, "/scheduledDateTime"),
            ({"scheduledDateTime": None}, "/scheduledDateTime"),
            ({"scheduledDateTime": 5}, "/scheduledDateTime"),
            ({"agendaItems": ["x", 5]}, "/agendaItems/1"),
            ({"agendaItems": "prices"}, "/agendaItems"),
            ({"calendarSynced": "true"}, "/calendarSynced"),
            ({"location": "x" * 501}, "/location"),
            ({"purpose": 5}, "/purpose"),
            ({"invitees": []}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, contact, wrong, pointer):
        body = MEETING | {"contactId": contact["id"]} | wrong
        refused(client.post("/api/meetings", json=body), 422, pointer=pointer)
        assert read(client, "/api/meetings")["totalCount"] == 0


class TestReading:
    @pytest.mark.parametrize("name", [NOBODY, "1", "x", "%00"])
    def test_an_unknown_meeting_is_404(self, client, name):
        refused(client.get(f"/api/meetings/{name}"), 404, "meeting_not_found")


class TestListing:
    def test_by_each_filter(self, client, contact, stranger):
        other = add(client)
        first = schedule(client, contact, scheduledDateTime="2031-01-01T09:00:00Z")
        second = schedule(client, other, scheduledDateTime="2031-01-02T09:00:00Z")
        third = schedule(client, contact, scheduledDateTime="2031-01-03T00:00:00Z")
        done(client.put(f"/api/meetings/{second['id']}/cancel"))
        names = {first["id"]: 1, second["id"]: 2, third["id"]: 3}

        def found(asker=client, **query):
            listed = read(asker, "/api/meetings", **query)
            assert listed["totalCount"] == len(listed["items"])
            assert walk(asker, "/api/meetings", **query) == ids(listed)
            return [names[one] for one in ids(listed)]

        assert found() == [3, 2, 1]
        assert found(status="cancelled") == [2]
        assert found(status="noShow") == []
        assert found(contactId=contact["id"]) == found(contactId=contact["number"]) == [3, 1]
        assert found(contactId=NOBODY) == found(contactId=2**62) == []
        assert found(startDate="2031-01-02") == [3, 2]
        assert found(endDate="2031-01-02") == [2, 1]
        assert found(endDate="2031-01-03T00:00:00Z") == [3, 2, 1]
        assert found(stranger) == found(stranger, contactId=contact["id"]) == []

    def test_pages(self, client, contact):
        made = {schedule(client, contact, **MEETING)["id"] for _ in range(7)}
        found = walk_links(client, "/api/meetings", pageSize=3)
        assert (len(found), set(found)) == (7, made)
        assert walk(client, "/api/meetings", pageSize=2) == found
        listed = read(client, "/api/meetings", pageSize=3, page=3)
        assert [listed[key] for key in ("page", "pageSize", "totalCount", "totalPages")] == [
            3,
            3,
            7,
            3,
        ]
        cursor = read(client, "/api/meetings", pageSize=3, cursor="")["next"]
        response = client.get("/api/meetings", params={"cursor": cursor, "status": "scheduled"})
        refused(response, 422, "cursor_invalid", "/cursor")

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"status": "done"}, "/status"),
            ({"page": 0}, "/page"),
            ({"startDate": "x"}, "/startDate"),
            ({"startDate": "2031-01-02", "endDate": "2031-01-01"}, "/endDate"),
            ({"contactId": "x"}, "/contactId"),
            ({"cursor": "\0"}, "/cursor"),
        ],
    )
    def test_refuses_what_is_invalid(self, client, query, pointer):
        refused(client.get("/api/meetings", params=query), 422, pointer=pointer)


class TestRescheduling:
    def test_keeps_what_is_left_out_and_clears_what_is_null(self, client, contact):
        meeting = schedule(client, contact, **MEETING)
        path = f"/api/meetings/{meeting['id']}"
        body = {"scheduledDateTime": "2031-06-06", "purpose": None, "agendaItems": None}
        answer = done(client.put(path, json=body))
        assert answer == meeting | {
            "scheduledDateTime": "2031-06-06T00:00:00Z",
            "purpose": None,
            "agendaItems": [],
            "updatedAt": answer["updatedAt"],
        }
        assert read(client, path) == answer

    def test_takes_what_was_read_and_changes_nothing(self, client, contact, service, tenant):
        meeting = schedule(client, contact, **MEETING)
        path = f"/api/meetings/{meeting['id']}"
        assert done(client.put(path, json=meeting)) == meeting
        completed = done(client.put(f"{path}/complete", json=OUTCOME))
        assert done(client.put(path, json=completed)) == completed
        assert service.count_events(tenant) == 4

    def test_a_meetings_contact_cant_be_changed(self, client, contact):
        path = f"/api/meetings/{schedule(client, contact)['id']}"
        for wrong in (add(client)["id"], add(client)["number"], NOBODY, 2**62):
            response = client.put(path, json={"contactId": wrong})
            refused(response, 422, "contact_fixed", "/contactId")
        done(client.put(path, json={"contactId": contact["number"]}))

    @pytest.mark.parametrize("end", ENDS)
    def test_rescheduling_an_ended_meeting_is_409(self, client, contact, end):
        path = f"/api/meetings/{schedule(client, contact)['id']}"
        done(client.put(f"{path}/{end}"))
        refused(client.put(path, json={"location": "x"}), 409)

    def test_refuses_what_is_invalid(self, client, contact):
        path = f"/api/meetings/{schedule(client, contact)['id']}"
        for body, pointer in (
            ({"scheduledDateTime": None}, "/scheduledDateTime"),
            ({"scheduledDateTime": "2031-01-01T00:00:00"}, "/scheduledDateTime"),
            ({"place": "x"}, ""),
        ):
            refused(client.put(path, json=body), 422, pointer=pointer)
