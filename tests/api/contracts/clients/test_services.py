"""GET /api/services, and what a tenant's own services change for its records."""

from typing import Any

import pytest

from tests.api.contracts.clients.encounters import ENCOUNTER, Office, error

OWN = {
    "serviceName": "Bicycle repair",
    "serviceDescription": "Bring your own bicycle.",
    "programName": "Getting around",
    "customQuestions": [
        {"type": "number", "label": "How many wheels?"},
        {"type": "select", "label": "Which kind?", "options": ["City", "Race"]},
    ],
}


def services(office: Office) -> dict[int, dict[str, Any]]:
    response = office.worker.get("/api/services")
    assert response.status_code == 200, response.text
    assert list(response.json()) == ["services"]
    return {service["id"]: service for service in response.json()["services"]}


def add(office: Office, **different: Any) -> dict[str, Any]:
    admin = office.service.client(tenant=office.tenant)
    response = admin.post("/api/admin/services", json=OWN | different)
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


def test_each_service_has_its_program_and_questions(anywhere: Office):
    for number, service in services(anywhere).items():
        assert list(service) == [
            "id",
            "serviceName",
            "serviceDescription",
            "programId",
            "programName",
            "isActive",
            "customQuestions",
        ]
        assert (service["id"], service["isActive"]) == (number, True)
        for question in service["customQuestions"]:
            is_select = question["type"] == "select"
            keys = ["id", "type", "label", "options"] if is_select else ["id", "type", "label"]
            assert list(question) == keys


def test_a_number_question_takes_any_number(office: Office):
    asked = [q for s in services(office).values() for q in s["customQuestions"]]
    assert any(question["type"] == "number" for question in asked)
    for answer in (-(2**63), 2**63 - 1, 1e308, -0.5, 0):
        answers = [{"questionId": 123, "answer": answer}]
        assert office.meet(customQuestions=answers)["customQuestions"] == answers


def test_all_tenants_begin_with_the_same_services_without_events(office: Office, other_tenant: str):
    stranger = office.service.client(tenant=other_tenant)
    others = {one["id"]: one for one in stranger.get("/api/services").json()["services"]}
    assert others == services(office)
    assert office.service.count_events(other_tenant) == 0


def test_a_tenants_own_service_is_its_own(office: Office, other_tenant: str):
    own = add(office)
    shown = {name: own[name] for name in services(office)[7]}
    assert services(office)[own["id"]] == shown
    stranger = office.service.client(tenant=other_tenant)
    listed = stranger.get("/api/services").json()["services"]
    assert own["id"] not in {service["id"] for service in listed}
    theirs = stranger.post("/api/contacts", json={"name": "Theirs"}).json()["number"]
    body = ENCOUNTER | {"serviceId": own["id"], "customQuestions": []}
    error(stranger.post(f"/api/clients/{theirs}/interactions", json=body), 400)


def test_an_own_services_questions_are_asked(office: Office):
    own = add(office)
    wheels, kind = (question["id"] for question in own["customQuestions"])
    answers = [{"questionId": wheels, "answer": 2}, {"questionId": kind, "answer": "Race"}]
    body: dict[str, Any] = {"serviceId": own["id"], "customQuestions": answers}
    assert office.meet(**body)["customQuestions"] == answers
    wrong = ENCOUNTER | body | {"customQuestions": [{"questionId": kind, "answer": "Boat"}]}
    error(office.worker.post(office.list, json=wrong), 400)


def test_answers_to_a_question_that_is_gone_stay_and_can_be_sent_back(office: Office):
    own = add(office)
    wheels = own["customQuestions"][0]["id"]
    answers = [{"questionId": wheels, "answer": 2}]
    created = office.meet(serviceId=own["id"], customQuestions=answers)
    admin = office.service.client(tenant=office.tenant)
    admin.patch(f"/api/admin/services/{own['id']}", json={"customQuestions": []})
    back = office.worker.patch(office.path(created), json=created | {"location": None})
    assert back.status_code == 200
    assert back.json()["customQuestions"] == answers
    other = {"customQuestions": [{"questionId": wheels, "answer": 3}]}
    error(office.worker.patch(office.path(created), json=other), 400)


@pytest.mark.parametrize("own", [False, True])
def test_a_hidden_service_is_named_by_old_records_alone(office: Office, own: bool):
    number = add(office)["id"] if own else 13
    body: dict[str, Any] = {"serviceId": number, "customQuestions": []}
    created = office.meet(**body)
    admin = office.service.client(tenant=office.tenant)
    assert admin.delete(f"/api/admin/services/{number}").status_code == 204
    assert number not in services(office)
    assert office.worker.get(office.path(created)).json() == created
    kept = office.worker.patch(office.path(created), json={"location": None, "serviceId": number})
    assert kept.status_code == 200
    error(office.worker.post(office.list, json=ENCOUNTER | body), 400)
    admin.patch(f"/api/admin/services/{number}", json={"hidden": False})
    assert number in services(office)
    office.meet(**body)


def test_an_inactive_service_is_listed_as_such(office: Office):
    own = add(office, isActive=False)
    assert services(office)[own["id"]]["isActive"] is False
