"""Meetings with an end, a time zone, whole days and attendees, some of whom are contacts."""

import asyncio
from typing import Any

import pytest

from api.contracts.tracking.attendees import normal_forms_of
from api.http.problem import MOST_FAULTS
from domain.appointment import MOST_ATTENDEES
from tests.api.contracts.tracking.office import (
    MEETING,
    MEETING_KEYS,
    NOBODY,
    OUTCOME,
    add,
    done,
    read,
    refused,
    schedule,
)

BERLIN = {"endsAt": "2031-05-05T10:30:00Z", "timezone": "Europe/Berlin"}
DAYS = {"scheduledDateTime": "2031-05-05", "endsAt": "2031-05-07", "wholeDay": True}


def path_of(meeting: dict[str, Any]) -> str:
    return f"/api/meetings/{meeting['id']}"


class TestTheEnd:
    def test_an_end_and_a_zone_are_shown_as_they_are_kept(self, client, contact):
        meeting = schedule(client, contact, **MEETING | BERLIN)
        assert {key: meeting[key] for key in BERLIN} == BERLIN
        assert set(meeting) == {*MEETING_KEYS, *BERLIN}
        assert read(client, path_of(meeting)) == meeting
        assert read(client, "/api/meetings")["items"] == [meeting]

    def test_whole_days_begin_and_end_with_dates(self, client, contact):
        meeting = schedule(client, contact, **DAYS)
        assert [meeting[key] for key in DAYS] == [
            "2031-05-05T00:00:00Z",
            "2031-05-07T00:00:00Z",
            True,
        ]
        assert done(client.put(path_of(meeting), json=meeting)) == meeting

    @pytest.mark.parametrize(
        ("wrong", "code", "pointer"),
        [
            ({"endsAt": MEETING["scheduledDateTime"]}, "end_not_after_start", "/endsAt"),
            ({"endsAt": "2031-05-05T10:30:00"}, "value_error", "/endsAt"),
            ({"endsAt": 5}, "value_error", "/endsAt"),
            ({"timezone": "Mars/Olympus"}, "value_error", "/timezone"),
            ({"timezone": "../../etc/passwd"}, "value_error", "/timezone"),
            ({"wholeDay": True}, "not_a_date", "/scheduledDateTime"),
            (DAYS | {"endsAt": "2031-05-06T12:00:00Z"}, "not_a_date", "/endsAt"),
            (DAYS | {"endsAt": "2031-05-05"}, "end_not_after_start", "/endsAt"),
            ({"wholeDay": "true"}, "bool_type", "/wholeDay"),
        ],
    )
    def test_a_time_that_cant_be_is_422(self, client, contact, wrong, code, pointer):
        body = MEETING | {"contactId": contact["id"]} | wrong
        refused(client.post("/api/meetings", json=body), 422, code, pointer)
        meeting = schedule(client, contact, **MEETING)
        refused(client.put(path_of(meeting), json=wrong), 422, code, pointer)

    def test_a_moved_meeting_takes_as_long_as_before(self, client, contact):
        meeting = schedule(client, contact, **MEETING | BERLIN)
        moved = done(
            client.put(path_of(meeting), json={"scheduledDateTime": "2031-05-06T09:00:00Z"})
        )
        assert moved["endsAt"] == "2031-05-06T10:30:00Z"
        cleared = done(client.put(path_of(meeting), json={"endsAt": None, "timezone": None}))
        assert not set(cleared) & set(BERLIN)

    def test_a_source_is_not_taken_from_a_body(self, client, contact):
        source = {"kind": "calendar", "account": NOBODY}
        meeting = schedule(client, contact, source=source)
        assert "source" not in meeting
        assert done(client.put(path_of(meeting), json={"source": source})) == meeting


class TestAttendees:
    def test_attendees_are_names_or_whole_people(self, client, contact):
        bob = {"name": "Bob", "address": "bob@example.org"}
        cleo = {"contactId": add(client, name="Cleo")["id"]}
        meeting = schedule(client, contact, attendees=["Ann", bob, cleo, {"name": "Dan"}])
        assert meeting["attendees"] == ["Ann", bob, cleo, "Dan"]
        assert read(client, path_of(meeting)) == meeting

    @pytest.mark.parametrize(
        "address", ["eva@xn--exmple-cua.com", " EVA@exämple.com", "eva@exämple.com"]
    )
    def test_an_attendee_is_the_contact_with_the_address(self, client, contact, stranger, address):
        add(stranger, email="eva@exämple.com")
        eva = add(client, name="Eva", email="Eva@Exämple.com")
        meeting = schedule(client, contact, attendees=[{"address": address}])
        assert meeting["attendees"] == [{"address": address, "contactId": eva["id"]}]

    def test_a_removed_contact_is_no_attendee(self, client, contact):
        eva = add(client, name="Eva", email="eva@example.com")
        client.delete(f"/api/contacts/{eva['id']}")
        attendees = [{"address": "eva@example.com"}]
        assert schedule(client, contact, attendees=attendees)["attendees"] == attendees

    @pytest.mark.parametrize(
        ("one", "code", "pointer"),
        [
            ({"contactId": NOBODY}, "contact_not_found", "/attendees/1/contactId"),
            ({"contactId": "x"}, "value_error", "/attendees/1/contactId"),
            ({"address": "Eva <eva@example.com>"}, "address_invalid", "/attendees/1/address"),
            ({"address": ""}, "address_invalid", "/attendees/1/address"),
            ({}, "attendee_empty", "/attendees/1"),
            ({"name": " "}, "attendee_empty", "/attendees/1"),
            ("", "attendee_empty", "/attendees/1"),
            (None, "model_type", "/attendees/1"),
            ("x" * 501, "value_error", "/attendees/1"),
            ({"email": "eva@example.com"}, "unknown_key", "/attendees/1"),
        ],
    )
    def test_an_attendee_that_cant_be_is_422_at_its_place(
        self, client, contact, service, tenant, one, code, pointer
    ):
        meeting = schedule(client, contact)
        events = service.count_events(tenant)
        body = MEETING | {"contactId": contact["id"], "attendees": ["Ann", one]}
        refused(client.post("/api/meetings", json=body), 422, code, pointer)
        refused(client.put(path_of(meeting), json=body), 422, code, pointer)
        assert service.count_events(tenant) == events

    def test_attendees_are_bounded(self, client, contact):
        names = [str(number) for number in range(MOST_ATTENDEES)]
        assert schedule(client, contact, attendees=names)["attendees"] == names
        body = MEETING | {"contactId": contact["id"]}
        for many in ([*names, "one more"], [{"contactId": NOBODY}] * MOST_ATTENDEES):
            problem = refused(client.post("/api/meetings", json=body | {"attendees": many}), 422)
            assert len(problem["errors"]) <= MOST_FAULTS

    @pytest.mark.anyio
    async def test_other_requests_have_their_turn_between_two_addresses(self):
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        running = asyncio.create_task(others())
        addresses = [f"a@{'한' * 20}.{number}.example" for number in range(MOST_ATTENDEES)]
        assert all((await normal_forms_of(addresses)).values())
        running.cancel()
        assert turns >= MOST_ATTENDEES

    def test_attendees_that_a_meeting_has_are_sent_back(self, client, contact, service, tenant):
        eva = add(client, name="Eva", email="eva@example.com")
        given = ["Ann", {"address": "eva@example.com"}, {"address": "later@example.com"}]
        meeting = schedule(client, contact, attendees=given)
        client.delete(f"/api/contacts/{eva['id']}")
        add(client, name="Later", email="later@example.com")
        events = service.count_events(tenant)
        assert done(client.put(path_of(meeting), json=meeting)) == meeting
        assert service.count_events(tenant) == events
        fewer = meeting["attendees"][:2]
        assert done(client.put(path_of(meeting), json={"attendees": fewer}))["attendees"] == fewer
        assert "attendees" not in done(client.put(path_of(meeting), json={"attendees": None}))

    def test_a_completed_meeting_tells_who_came_and_who_was_invited(
        self, client, contact, service, tenant
    ):
        meeting = schedule(client, contact, attendees=["Ann", {"address": "bob@example.org"}])
        completed = done(client.put(f"{path_of(meeting)}/complete", json=OUTCOME))
        assert completed["attendees"] == OUTCOME["attendees"]
        assert completed["invited"] == meeting["attendees"]
        events = service.count_events(tenant)
        assert done(client.put(path_of(meeting), json=completed)) == completed
        response = client.put(path_of(meeting), json={"attendees": ["Zoe"]})
        refused(response, 409, "meeting_completed")
        assert service.count_events(tenant) == events

    def test_an_unknown_meeting_is_404(self, client):
        refused(client.put(f"/api/meetings/{NOBODY}", json={"attendees": ["Ann"]}), 404)


@pytest.mark.parametrize("method", ["PUT", "POST"])
class TestReinstating:
    def test_a_cancelled_meeting_is_as_it_was(self, client, contact, service, tenant, method):
        meeting = schedule(client, contact, **MEETING | BERLIN)
        done(client.put(f"{path_of(meeting)}/cancel", json={"reason": "Ill"}))
        answer = done(client.request(method, f"{path_of(meeting)}/reinstate"))
        assert answer == meeting | {"updatedAt": answer["updatedAt"]}
        assert service.events(tenant)[-1][1] == "kith.meeting.reinstated.v1"
        events = service.count_events(tenant)
        assert done(client.request(method, f"{path_of(meeting)}/reinstate")) == answer
        assert service.count_events(tenant) == events

    @pytest.mark.parametrize("end", ["complete", "no-show"])
    def test_a_meeting_that_took_place_or_was_missed_is_409(self, client, contact, method, end):
        meeting = schedule(client, contact)
        done(client.put(f"{path_of(meeting)}/{end}"))
        refused(client.request(method, f"{path_of(meeting)}/reinstate"), 409)

    def test_a_meeting_with_a_removed_contact_is_409(self, client, contact, method):
        meeting = schedule(client, contact)
        done(client.put(f"{path_of(meeting)}/cancel"))
        client.delete(f"/api/contacts/{contact['id']}")
        response = client.request(method, f"{path_of(meeting)}/reinstate")
        refused(response, 409, "contact_removed")
