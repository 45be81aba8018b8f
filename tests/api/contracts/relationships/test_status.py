"""Moving a relationship: the documented progression, stages that align, the history kept."""

from itertools import pairwise

import pytest

from tests.api.contracts.relationships.business import (
    WAY,
    contact_of,
    faults,
    log,
    member,
    move,
    move_along,
)

ALIGNED = {
    "prospect": "awareness",
    "qualified_lead": "interest",
    "opportunity": "consideration",
    "active_client": "customer",
}
EVERY = (*WAY, "lost_lead", "inactive")
ALLOWED = set(pairwise(WAY))


@pytest.fixture
def client(service, tenant):
    return member(service, tenant)


@pytest.fixture
def contact(service, tenant):
    return contact_of(service, tenant)["id"]


@pytest.mark.parametrize("old", EVERY)
@pytest.mark.parametrize("new", EVERY)
def test_the_status_moves_as_documented_and_no_other_way(client, contact, old, new):
    move_along(client, contact, old)
    response = move(client, contact, new)
    if (old, new) in ALLOWED or new in ("lost_lead", "inactive", old):
        assert response.status_code == 200
        body = response.json()
        assert (body["old_status"], body["new_status"]) == (old, new)
    else:
        assert response.status_code == 400
        sentence = f"Invalid status transition: cannot move from {old} to {new}"
        assert response.json() == {"detail": sentence}


@pytest.mark.parametrize("status", ALIGNED)
def test_the_stage_aligns_by_itself(client, contact, service, tenant, status):
    move_along(client, contact, status)
    shown = service.client(tenant=tenant).get(f"/api/contacts/{contact}").json()
    assert shown["lifecycleStage"] == ALIGNED[status]


def test_a_given_stage_wins(client, contact):
    answer = move(client, contact, "qualified_lead", lifecycle_stage="decision").json()
    assert (answer["old_lifecycle_stage"], answer["new_lifecycle_stage"]) == (
        "awareness",
        "decision",
    )


@pytest.mark.parametrize("status", ["past_client", "lost_lead", "inactive"])
def test_these_statuses_leave_the_stage_alone(client, contact, status):
    if status == "past_client":
        move_along(client, contact, "active_client")
    answer = move(client, contact, status).json()
    assert answer["old_lifecycle_stage"] == answer["new_lifecycle_stage"]


def test_the_same_status_again_is_fine_and_leaves_no_trace(client, contact, service, tenant):
    move(client, contact, "qualified_lead")
    before = service.count_events(tenant)
    answer = move(client, contact, "qualified_lead", reason="again")
    assert answer.status_code == 200
    assert answer.json()["old_status"] == answer.json()["new_status"] == "qualified_lead"
    assert service.count_events(tenant) == before
    assert move(client, contact, "qualified_lead", lifecycle_stage="decision").status_code == 200
    assert service.count_events(tenant) == before + 1


def test_reason_and_notes_are_kept_in_the_history(client, contact, service, tenant):
    move(client, contact, "qualified_lead", reason="Has a budget", notes="Ask Bo")
    native = service.client(tenant=tenant)
    (entry,) = native.get(f"/api/contacts/{contact}/status-history").json()["items"]
    assert (entry["oldStatus"], entry["newStatus"]) == ("prospect", "qualified_lead")
    assert (entry["reason"], entry["notes"]) == ("Has a budget", "Ask Bo")
    assert entry["changedBy"]["name"] == "John Smith"


def test_the_answer_tells_who_moved_it_when_and_why(client, contact):
    answer = move(client, contact, "lost_lead").json()
    assert (answer["changed_by"], answer["reason"]) == ("John Smith", None)
    assert answer["timestamp"].endswith("Z")


def test_a_status_moves_only_from_the_version_in_if_match(client, contact, service, tenant):
    path, body = f"/contacts/{contact}/status", {"relationship_status": "qualified_lead"}
    stale = {"If-Match": move(client, contact, "inactive").headers["etag"]}
    native = service.client(tenant=tenant)
    native.post(f"/api/contacts/{contact}/reactivate", json={"reason": "Came back"})
    assert client.put(path, json=body, headers=stale).status_code == 412
    fresh = {"If-Match": native.get(f"/api/contacts/{contact}").headers["etag"]}
    assert client.put(path, json=body, headers=fresh).status_code == 200


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "relationship_status"),
        ({"relationship_status": "friend"}, "relationship_status"),
        ({"relationship_status": None}, "relationship_status"),
        ({"relationship_status": "inactive", "lifecycle_stage": "death"}, "lifecycle_stage"),
        ({"relationship_status": "inactive", "reason": 5}, "reason"),
    ],
)
def test_a_fault_names_the_path_of_its_field(client, contact, body, name):
    (fault,) = faults(client.put(f"/contacts/{contact}/status", json=body))
    assert fault["loc"] == ["body", name]


def test_moving_a_relationship_is_no_contact(client, contact, service, tenant):
    move(client, contact, "qualified_lead")
    native = service.client(tenant=tenant)
    assert native.get(f"/api/contacts/{contact}").json()["lastContacted"] is None
    log(client, contact)
    assert native.get(f"/api/contacts/{contact}").json()["lastContacted"] is not None
