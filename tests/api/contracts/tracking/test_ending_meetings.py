"""Meetings that end: completed, cancelled, or nobody came (the tracking document)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import (
    ENDS,
    MEETING,
    MEETING_KEYS,
    NOBODY,
    OUTCOME,
    OUTCOME_KEYS,
    ago,
    ahead,
    done,
    log,
    read,
    refused,
    schedule,
)


class TestCompleting:
    @pytest.fixture
    def meeting(self, client, contact):
        return schedule(client, contact, **MEETING)

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
    def test_a_repeat_with_the_same_body_is_the_same_answer(
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

    def test_a_repeat_with_another_body_is_409(self, client, meeting, service, tenant):
        path = f"/api/meetings/{meeting['id']}/complete"
        done(client.put(path, json=OUTCOME))
        events = service.count_events(tenant)
        for different in (51, None):
            body = OUTCOME | {"duration": different}
            refused(client.put(path, json=body), 409, "meeting_completed")
        assert service.count_events(tenant) == events

    @pytest.mark.parametrize("sent", [{}, {"json": {}}])
    def test_a_meeting_completed_without_a_body_was_held_as_scheduled(self, client, contact, sent):
        meeting = schedule(client, contact, scheduledDateTime="2024-02-02T10:00:00Z")
        path = f"/api/meetings/{meeting['id']}/complete"
        answer = done(client.put(path, **sent))
        assert answer["actualDate"] == meeting["scheduledDateTime"]
        assert done(client.put(path, **sent)) == answer

    def test_a_meeting_completed_before_its_time_was_held_now(self, client, meeting):
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
    def test_completing_a_meeting_that_didnt_take_place_is_409(self, client, meeting, end):
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
class TestCancellingAndMissing:
    def test_says_why_and_logs_nothing(self, client, contact, method, end):
        meeting = schedule(client, contact)
        path = f"/api/meetings/{meeting['id']}"
        answer = done(client.request(method, f"{path}/{end}", json={"reason": "Ill"}))
        assert list(answer) == [*MEETING_KEYS, "reason"]
        assert (answer["status"], answer["reason"]) == (ENDS[end], "Ill")
        assert read(client, path) == answer
        assert read(client, "/api/interactions")["totalCount"] == 0
        assert read(client, f"/api/contacts/{contact['id']}")["lastContacted"] is None

    def test_a_repeat_changes_nothing(self, client, contact, service, tenant, method, end):
        path = f"/api/meetings/{schedule(client, contact)['id']}/{end}"
        answer = done(client.request(method, path))
        events = service.count_events(tenant)
        assert done(client.request(method, path)) == answer
        assert service.count_events(tenant) == events

    def test_a_meeting_ended_otherwise_is_409(self, client, contact, method, end):
        for other in set(ENDS) - {end}:
            path = f"/api/meetings/{schedule(client, contact)['id']}"
            done(client.put(f"{path}/{other}"))
            refused(client.request(method, f"{path}/{end}"), 409)

    def test_refuses_what_is_invalid(self, client, contact, method, end):
        path = f"/api/meetings/{schedule(client, contact)['id']}/{end}"
        for body, pointer in (({"reason": 5}, "/reason"), ({"why": "x"}, "")):
            refused(client.request(method, path, json=body), 422, pointer=pointer)


def test_ten_callers_completing_one_meeting_log_one_interaction(client, contact):
    path = f"/api/meetings/{schedule(client, contact)['id']}/complete"
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: client.put(path, json=OUTCOME), range(10)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].status_code == 200
    assert read(client, "/api/interactions")["totalCount"] == 1


def test_ten_callers_completing_a_meeting_differently_agree_on_one(client, contact):
    path = f"/api/meetings/{schedule(client, contact)['id']}/complete"
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: client.put(path, json={"duration": n}), range(1, 11)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert log(client, contact)["number"]
    assert read(client, "/api/interactions")["totalCount"] == 2
