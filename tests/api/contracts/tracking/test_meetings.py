"""Meetings of the native contract: the whole of their lives."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import (
    MEETING_KEYS,
    NOBODY,
    OUTCOME_KEYS,
    add,
    ago,
    ahead,
    done,
    ids,
    log,
    read,
    refused,
    schedule,
    walk,
    walk_links,
)

FULL = {
    "scheduledDateTime": "2031-05-05T09:00:00Z",
    "location": "Room 1",
    "purpose": "The new contract",
    "agendaItems": ["prices", "dates"],
    "preparationNotes": "Read the old one",
    "calendarSynced": True,
}
OUTCOME = {
    "actualDate": "2024-01-05T09:10:00Z",
    "attendees": ["Ann", "Bob"],
    "duration": 50,
    "topicsCovered": ["prices"],
    "outcomes": "Agreed",
    "actionItems": ["send it"],
    "nextSteps": "Sign",
    "relationshipImpact": "positive",
}
ENDS = {"complete": "completed", "cancel": "cancelled", "no-show": "noShow"}


class TestScheduling:
    def test_answers_with_the_meeting_and_its_place(self, client, contact):
        body = FULL | {"contactId": contact["id"]}
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

    def test_with_an_unknown_contact_it_is_422(self, client, contact, stranger, service):
        events = service.count_events()
        for asker, name in (
            (client, NOBODY),
            (client, 2**62),
            (stranger, contact["id"]),
            (stranger, contact["number"]),
        ):
            response = asker.post("/api/meetings", json=FULL | {"contactId": name})
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
        body = FULL | {"contactId": contact["id"]} | wrong
        refused(client.post("/api/meetings", json=body), 422, pointer=pointer)
        assert read(client, "/api/meetings")["totalCount"] == 0


class TestReading:
    @pytest.mark.parametrize("name", [NOBODY, "1", "x", "%00"])
    def test_what_isnt_there_is_404(self, client, name):
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
        made = {schedule(client, contact, **FULL)["id"] for _ in range(7)}
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
            ({"contactId": "x"}, "/contactId"),
            ({"cursor": "\0"}, "/cursor"),
        ],
    )
    def test_refuses_what_is_invalid(self, client, query, pointer):
        refused(client.get("/api/meetings", params=query), 422, pointer=pointer)


class TestRescheduling:
    def test_keeps_what_is_left_out_and_clears_what_is_null(self, client, contact):
        meeting = schedule(client, contact, **FULL)
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
        meeting = schedule(client, contact, **FULL)
        path = f"/api/meetings/{meeting['id']}"
        assert done(client.put(path, json=meeting)) == meeting
        completed = done(client.put(f"{path}/complete", json=OUTCOME))
        assert done(client.put(path, json=completed)) == completed
        assert service.count_events(tenant) == 4

    def test_its_contact_cant_be_changed(self, client, contact):
        path = f"/api/meetings/{schedule(client, contact)['id']}"
        for wrong in (add(client)["id"], add(client)["number"], NOBODY, 2**62):
            response = client.put(path, json={"contactId": wrong})
            refused(response, 422, "contact_fixed", "/contactId")
        done(client.put(path, json={"contactId": contact["number"]}))

    @pytest.mark.parametrize("end", ENDS)
    def test_of_one_that_is_over_is_409(self, client, contact, end):
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


class TestCompleting:
    @pytest.fixture
    def meeting(self, client, contact):
        return schedule(client, contact, **FULL)

    def test_says_what_came_of_it_and_logs_the_interaction(
        self, client, contact, meeting, service, tenant
    ):
        path = f"/api/meetings/{meeting['id']}"
        answer = done(client.put(f"{path}/complete", json=OUTCOME))
        assert list(answer) == MEETING_KEYS + OUTCOME_KEYS
        assert {key: answer[key] for key in OUTCOME} == OUTCOME
        assert (answer["status"], answer["completedDate"]) == ("completed", OUTCOME["actualDate"])
        assert read(client, path) == answer
        assert read(client, "/api/meetings")["items"] == [answer]
        interaction = read(client, f"/api/interactions/{answer['interactionId']}")
        assert {key: interaction[key] for key in office.INTERACTION_KEYS[2:10]} == {
            "contactId": contact["id"],
            "interactionType": "meeting",
            "date": OUTCOME["actualDate"],
            "duration": 50,
            "location": "Room 1",
            "medium": None,
            "topicsDiscussed": ["prices"],
            "notes": "Agreed",
        }
        assert interaction["participants"] == OUTCOME["attendees"]
        timeline = read(client, f"/api/contacts/{contact['id']}/interactions")
        assert timeline["items"] == [interaction]
        last = read(client, f"/api/contacts/{contact['id']}")["lastContacted"]
        assert last == OUTCOME["actualDate"]
        types = [topic for _, topic, _ in service.events(tenant)][-2:]
        assert types == ["kith.meeting.completed.v1", "kith.interaction.logged.v1"]

    @pytest.mark.parametrize("method", ["PUT", "POST"])
    def test_again_with_the_same_body_is_the_same_answer(
        self, client, meeting, service, tenant, method
    ):
        path = f"/api/meetings/{meeting['id']}/complete"
        answer = done(client.request(method, path, json=OUTCOME))
        events = service.count_events(tenant)
        again = client.put(path, json=OUTCOME)
        assert again.json() == answer
        elsewhere = OUTCOME | {"actualDate": "2024-01-05T10:10:00+01:00"}
        assert done(client.put(path, json=elsewhere)) == answer
        assert service.count_events(tenant) == events

    def test_again_with_another_body_is_409(self, client, meeting, service, tenant):
        path = f"/api/meetings/{meeting['id']}/complete"
        done(client.put(path, json=OUTCOME))
        events = service.count_events(tenant)
        for different in (51, None):
            body = OUTCOME | {"duration": different}
            refused(client.put(path, json=body), 409, "meeting_completed")
        assert service.count_events(tenant) == events

    @pytest.mark.parametrize("sent", [{}, {"json": {}}])
    def test_without_a_word_it_was_held_as_scheduled(self, client, contact, sent):
        meeting = schedule(client, contact, scheduledDateTime="2024-02-02T10:00:00Z")
        path = f"/api/meetings/{meeting['id']}/complete"
        answer = done(client.put(path, **sent))
        assert answer["actualDate"] == meeting["scheduledDateTime"]
        assert done(client.put(path, **sent)) == answer

    def test_before_its_time_it_was_held_now(self, client, meeting):
        path = f"/api/meetings/{meeting['id']}/complete"
        answer = done(client.put(path, json={}))
        assert ago(minutes=1) < answer["actualDate"] < ahead(minutes=1)
        assert done(client.put(path, json={})) == answer

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"actualDate": "2999-01-01T00:00:00Z"}, "/actualDate"),
            ({"actualDate": "2024-01-01T00:00:00"}, "/actualDate"),
            ({"duration": 0}, "/duration"),
            ({"duration": "50"}, "/duration"),
            ({"attendees": "Ann"}, "/attendees"),
            ({"attendees": [None]}, "/attendees/0"),
            ({"contactId": NOBODY}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, meeting, service, tenant, wrong, pointer):
        events = service.count_events(tenant)
        path = f"/api/meetings/{meeting['id']}/complete"
        refused(client.put(path, json=OUTCOME | wrong), 422, pointer=pointer)
        assert service.count_events(tenant) == events
        assert read(client, f"/api/meetings/{meeting['id']}") == meeting

    @pytest.mark.parametrize("end", ["cancel", "no-show"])
    def test_of_one_that_didnt_take_place_is_409(self, client, meeting, end):
        path = f"/api/meetings/{meeting['id']}"
        done(client.put(f"{path}/{end}"))
        refused(client.put(f"{path}/complete", json=OUTCOME), 409)

    def test_deleting_its_interaction_leaves_it_completed(self, client, meeting):
        path = f"/api/meetings/{meeting['id']}"
        answer = done(client.put(f"{path}/complete", json=OUTCOME))
        client.delete(f"/api/interactions/{answer['interactionId']}")
        assert read(client, path) == answer


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("end", ["cancel", "no-show"])
class TestOneThatDoesntTakePlace:
    def test_says_why_and_logs_nothing(self, client, contact, method, end):
        meeting = schedule(client, contact)
        path = f"/api/meetings/{meeting['id']}"
        answer = done(client.request(method, f"{path}/{end}", json={"reason": "Ill"}))
        assert list(answer) == [*MEETING_KEYS, "reason"]
        assert (answer["status"], answer["reason"]) == (ENDS[end], "Ill")
        assert read(client, path) == answer
        assert read(client, "/api/interactions")["totalCount"] == 0
        assert read(client, f"/api/contacts/{contact['id']}")["lastContacted"] is None

    def test_again_changes_nothing(self, client, contact, service, tenant, method, end):
        path = f"/api/meetings/{schedule(client, contact)['id']}/{end}"
        answer = done(client.request(method, path))
        events = service.count_events(tenant)
        assert done(client.request(method, path)) == answer
        assert service.count_events(tenant) == events

    def test_after_another_end_it_is_409(self, client, contact, method, end):
        for other in set(ENDS) - {end}:
            path = f"/api/meetings/{schedule(client, contact)['id']}"
            done(client.put(f"{path}/{other}"))
            refused(client.request(method, f"{path}/{end}"), 409)

    def test_refuses_what_is_invalid(self, client, contact, method, end):
        path = f"/api/meetings/{schedule(client, contact)['id']}/{end}"
        for body, pointer in (({"reason": 5}, "/reason"), ({"why": "x"}, "")):
            refused(client.request(method, path, json=body), 422, pointer=pointer)


def test_ten_who_complete_it_at_once_log_one_interaction(client, contact):
    path = f"/api/meetings/{schedule(client, contact)['id']}/complete"
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: client.put(path, json=OUTCOME), range(10)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].status_code == 200
    assert read(client, "/api/interactions")["totalCount"] == 1


def test_ten_who_complete_it_differently_agree_on_one(client, contact):
    path = f"/api/meetings/{schedule(client, contact)['id']}/complete"
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: client.put(path, json={"duration": n}), range(1, 11)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert log(client, contact)["number"]
    assert read(client, "/api/interactions")["totalCount"] == 2
