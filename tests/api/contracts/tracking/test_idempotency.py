"""`Idempotency-Key`: one effect and one answer, however often a POST is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.contracts.clients.encounters import ENCOUNTER, TRUSTED, WORKER
from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import ago, done, log, read, refused, schedule

KEY = {"Idempotency-Key": "key-1"}


@pytest.fixture(
    params=["contact", "interaction", "meeting", "reactivate", "restore", "complete", "cancel"]
)
def post(request, client, contact):
    """Sends one kind of POST, with a body or another one."""
    contact_id = contact["id"]
    bodies = {
        "contact": ("/api/contacts", {"name": "X"}, {"name": "Y"}),
        "interaction": (
            "/api/interactions",
            {"contactId": contact_id, "date": "2024-01-01"},
            {"contactId": contact_id, "date": "2024-01-02"},
        ),
        "meeting": (
            "/api/meetings",
            {"contactId": contact_id, "scheduledDateTime": "2031-01-01"},
            {"contactId": contact_id, "scheduledDateTime": "2031-01-02"},
        ),
        "reactivate": (f"/api/contacts/{contact_id}/reactivate", {"reason": "x"}, {"reason": "y"}),
        "restore": (f"/api/contacts/{contact_id}/restore", None, None),
        "complete": ("/api/meetings/{meeting}/complete", {"duration": 5}, {"duration": 6}),
        "cancel": ("/api/meetings/{meeting}/cancel", {"reason": "x"}, {"reason": "y"}),
    }
    path, body, another = bodies[request.param]
    if "{meeting}" in path:
        path = path.format(meeting=schedule(client, contact)["id"])
    if request.param == "reactivate":
        client.put(f"/api/contacts/{contact_id}/status", json={"relationshipStatus": "inactive"})
    if request.param == "restore":
        client.delete(f"/api/contacts/{contact_id}")

    def send(headers=KEY, *, different=False, asker=client):
        return asker.post(path, json=another if different else body, headers=headers)

    return send


def test_a_repeated_request_has_the_same_answer(post, service, tenant):
    first = post()
    assert first.is_success
    events = service.count_events(tenant)
    again = post()
    for part in ("etag", "location", "content-type"):
        assert again.headers.get(part) == first.headers.get(part)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert service.count_events(tenant) == events


def test_a_key_with_another_body_is_422(post, service, tenant):
    first = post()
    events = service.count_events(tenant)
    again = post(different=True)
    if first.request.content:
        refused(again, 422, "idempotency_key_reused")
    assert service.count_events(tenant) == events


def test_concurrent_repeats_have_one_effect_and_one_answer(post, service, tenant):
    before = service.count_events(tenant)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: post(), range(50)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.content for answer in answers}) == 1
    effect = [topic for _, topic, _ in service.events(tenant)][before:]
    assert len(effect) == (2 if "completed" in effect[0] else 1)


def test_a_repeats_answer_is_the_first_one_until_its_record_is_deleted(client, contact):
    body = {"contactId": contact["id"], "date": ago(days=1), "notes": "first"}
    first = done(client.post("/api/interactions", json=body, headers=KEY), 201)
    done(client.put(f"/api/interactions/{first['id']}", json={"notes": "second"}))
    assert done(client.post("/api/interactions", json=body, headers=KEY), 201) == first
    client.delete(f"/api/interactions/{first['id']}")
    refused(client.post("/api/interactions", json=body, headers=KEY), 404, "interaction_not_found")
    assert read(client, "/api/interactions")["totalCount"] == 0


def test_a_repeats_answer_outlives_the_record_in_its_path(client, contact, service, tenant):
    """In another contract, which looks for the client before anything else."""
    clients = service.client("/clients", tenant=tenant)
    path = f"/api/clients/{contact['number']}/interactions"
    first = clients.post(path, json=ENCOUNTER, headers=KEY)
    assert first.status_code == 201, first.text
    client.delete(f"/api/contacts/{contact['id']}")
    assert clients.post(path, json=ENCOUNTER).status_code == 404
    again = clients.post(path, json=ENCOUNTER, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)


def test_an_answer_with_an_opened_tag_is_403_without_the_permission(
    contact, client, service, tenant
):
    trusted = service.client(tenant=tenant, permissions=TRUSTED)
    path = f"/api/meetings/{schedule(client, contact)['id']}/complete?tags=immigration"
    done(trusted.post(path, json={"duration": 5}, headers=KEY))
    former = service.client(tenant=tenant, permissions=WORKER)
    refused(former.post(path, json={"duration": 5}, headers=KEY), 403, "permission_required")


def test_a_key_belongs_to_a_user_a_tenant_and_a_path(client, contact, stranger, service, tenant):
    body = {"name": "X"}
    somebody = service.client(tenant=tenant, user="6")
    ids = {
        done(asker.post("/api/contacts", json=body, headers=KEY), 201)["id"]
        for asker in (client, somebody, stranger)
    }
    assert len(ids) == 3
    meeting = {"contactId": contact["id"], "scheduledDateTime": "2031-01-01"}
    done(client.post("/api/meetings", json=meeting, headers=KEY), 201)


def test_a_refused_request_may_be_sent_again_with_its_key(client, contact):
    client.delete(f"/api/contacts/{contact['id']}")
    body = {"contactId": contact["id"], "date": ago(days=1)}
    refused(client.post("/api/interactions", json=body, headers=KEY), 422, "contact_not_found")
    client.post(f"/api/contacts/{contact['id']}/restore")
    done(client.post("/api/interactions", json=body, headers=KEY), 201)


def test_another_key_is_another_command(client, contact):
    body = {"contactId": contact["id"], "date": ago(days=1)}
    made = {
        done(client.post("/api/interactions", json=body, headers={"Idempotency-Key": key}), 201)[
            "id"
        ]
        for key in ("a", "b", "a b", "A", "a" * 255)
    }
    assert len(made) == 5


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"a\tb", b"\x80", b"a\xadb"])
def test_a_key_is_1_to_255_printable_characters(client, service, tenant, key):
    response = client.post("/api/contacts", json={"name": "X"}, headers={"Idempotency-Key": key})
    refused(response, 400, "idempotency_key_invalid")
    assert service.count_events(tenant) == 0


def test_other_methods_need_no_key_and_ignore_it(client, contact):
    logged = log(client, contact)
    path = f"/api/interactions/{logged['id']}"
    for notes in ("a", "b"):
        assert done(client.put(path, json={"notes": notes}, headers=KEY))["notes"] == notes
    assert client.delete(path, headers=KEY).status_code == 204
    assert office.read(client, "/api/interactions")["items"] == []
