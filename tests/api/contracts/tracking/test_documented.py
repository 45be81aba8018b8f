"""Every exchange of the document works as written, and answers in its words."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.documented import EXCHANGES, Documented
from tests.api.contracts.tracking.office import done, log, read, refused, schedule

BY_KEY = {f"{one.method} {one.path}": one for one in EXCHANGES}
WITH_BODY = [one for one in EXCHANGES if one.body]
EVENTS = {
    "InteractionLogged": "kith.interaction.logged.v1",
    "MeetingScheduled": "kith.meeting.scheduled.v1",
    "MeetingCompleted": "kith.meeting.completed.v1",
}
INSTANT = "2024-03-05T12:30:00Z"


def value_of(what: Any, contact: dict[str, Any]) -> Any:
    """A value of the kind that the document names."""
    if isinstance(what, list):
        return [value_of(what[0], contact)] * 2
    kind, _, note = what.partition(" (")
    if "|" in note:
        return note.rstrip(")").split("|")[0]
    values = {"guid": contact["id"], "datetime": INSTANT, "integer": 45, "boolean": True}
    return values.get(kind, "some text")


def body_of(one: Documented, contact: dict[str, Any]) -> dict[str, Any]:
    return {key: value_of(what, contact) for key, what in json.loads(one.body).items()}


def path_of(one: Documented, client: httpx.Client, contact: dict[str, Any]) -> str:
    if "meetings/{id}" in one.path:
        return one.path.replace("{id}", schedule(client, contact)["id"])
    if "{id}" in one.path:
        return one.path.replace("{id}", log(client, contact)["id"])
    return one.path.replace("{contactId}", contact["id"])


def test_each_documented_request_has_a_route_and_is_in_openapi(client):
    paths = read(client, "/openapi.json")["paths"]
    # The names of a path's pieces are nobody's business.
    known = {re.sub("{.*?}", "{}", path): methods for path, methods in paths.items()}
    for one in EXCHANGES:
        operation = known[re.sub("{.*?}", "{}", one.path)][one.method.lower()]
        assert str(one.status) in operation["responses"]
        named = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert set(one.query) <= named


@pytest.mark.parametrize("one", WITH_BODY, ids=lambda one: f"{one.method} {one.path}")
class TestRequests:
    def test_documented_fields_come_back_as_sent_and_append_their_events(
        self, client, contact, service, tenant, one
    ):
        path, body = path_of(one, client, contact), body_of(one, contact)
        before = len(service.events(tenant))
        answer = done(client.request(one.method, path, json=body), one.status)
        assert {key: answer[key] for key in body} == body
        appended = [topic for _, topic, _ in service.events(tenant)][before:]
        assert appended == [EVENTS[name] for name in one.events]

    def test_marked_fields_alone_are_required(self, client, contact, one):
        marked = {key for key, what in json.loads(one.body).items() if "required" in what}
        if one.path == "/api/meetings":
            marked = {"contactId", "scheduledDateTime"}  # a meeting must refer to a contact
        body = body_of(one, contact)
        for key in body:
            less = {name: value for name, value in body.items() if name != key}
            response = client.request(one.method, path_of(one, client, contact), json=less)
            if key in marked:
                refused(response, 422, "missing", f"/{key}")
            else:
                done(response, one.status)

    def test_documented_words_are_taken_and_no_others(self, client, contact, one):
        body = body_of(one, contact)
        for key, what in json.loads(one.body).items():
            if "|" not in what:
                continue
            for word in what.partition("(")[2].rstrip(")").split("|"):
                answer = done(client.post(one.path, json=body | {key: word}), 201)
                assert answer[key] == word
            refused(client.post(one.path, json=body | {key: "word"}), 422, pointer=f"/{key}")

    def test_a_value_of_another_kind_is_refused(self, client, contact, one):
        body = body_of(one, contact)
        path = path_of(one, client, contact)
        for key, what in json.loads(one.body).items():
            wrong = "text" if isinstance(what, list) or not what.startswith("string") else 5
            refused(
                client.request(one.method, path, json=body | {key: wrong}),
                422,
                pointer=f"/{key}",
            )


def test_a_documented_meeting_is_shown_and_published_without_later_fields(client, contact):
    body = body_of(BY_KEY["POST /api/meetings"], contact)
    meeting = done(client.post("/api/meetings", json=body), 201)
    assert list(meeting) == office.MEETING_KEYS
    outcome = body_of(BY_KEY["PUT /api/meetings/{id}/complete"], contact)
    completed = done(client.put(f"/api/meetings/{meeting['id']}/complete", json=outcome))
    assert list(completed) == office.MEETING_KEYS + office.OUTCOME_KEYS
    events = client.get("/api/events", params={"type": "kith.meeting.scheduled.v1"}).json()
    (appointment,) = [event["data"]["appointment"] for event in events]
    assert list(appointment) == ["scheduledAt", *list(body)[2:]]


class TestBusinessRules:
    def test_an_interactions_date_cannot_be_in_the_future(self, client, contact):
        body = {"contactId": contact["id"], "date": office.ahead(minutes=2)}
        refused(client.post("/api/interactions", json=body), 422, "date_in_future", "/date")

    def test_a_duration_must_be_positive_if_provided(self, client, contact):
        for duration in (0, -1):
            body = {"contactId": contact["id"], "date": INSTANT, "duration": duration}
            refused(client.post("/api/interactions", json=body), 422, pointer="/duration")

    def test_a_meeting_must_refer_to_a_valid_contact(self, client):
        body = {"contactId": office.NOBODY, "scheduledDateTime": INSTANT}
        refused(client.post("/api/meetings", json=body), 422, "contact_not_found", "/contactId")

    def test_completed_meetings_create_the_record_of_an_interaction(self, client, contact):
        meeting = schedule(client, contact)
        done(client.put(f"/api/meetings/{meeting['id']}/complete"))
        timeline = read(client, f"/api/contacts/{contact['id']}/interactions")
        assert [one["interactionType"] for one in timeline["items"]] == ["meeting"]


def test_analytics_answer_in_the_documented_form(client, contact):
    for kind, count in (("meeting", 10), ("call", 5)):
        for day in range(count):
            date = f"2024-01-{day + 1:02}"
            log(client, contact, interactionType=kind, date=date, duration=30)
    answer = read(
        client,
        "/api/analytics/interactions",
        startDate="2024-01-01",
        endDate="2024-01-10",
        groupBy="week",
        contactId=contact["id"],
    )
    documented = json.loads(BY_KEY["GET /api/analytics/interactions"].answer)
    assert list(answer)[: len(documented)] == list(documented)
    assert answer["byType"] == documented["byType"]
    assert answer["frequency"] == {"week1": 12, "week2": 3}
    assert (answer["totalInteractions"], answer["averageDuration"]) == (15, 30)


def test_a_timeline_of_a_thousand_loads_within_a_second(client, contact):
    """Support for 1000 and more interactions per contact, in less than a second."""

    def log_one(number: int) -> None:
        log(client, contact, date=office.ago(minutes=number + 1))

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(log_one, range(1000)))
    took = []
    for _ in range(5):
        started = perf_counter()
        newest = read(client, f"/api/contacts/{contact['id']}/interactions", limit=200)
        took.append(perf_counter() - started)
    assert min(took) < 1  # the others say how busy the machine is
    assert (len(newest["items"]), newest["next"] is not None) == (200, True)
    found = office.walk(client, f"/api/contacts/{contact['id']}/interactions", limit=200)
    assert len(set(found)) == 1000
