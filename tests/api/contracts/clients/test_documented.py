"""Every exchange of the clients document, at both addresses."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.api.contracts.clients.encounters import TRUSTED, WORKER, Office
from tests.api.documented import compare, exchanges

DOCUMENTED = exchanges(__file__)
CREATE = DOCUMENTED["Create a Client Interaction"]
GET = DOCUMENTED["Get a single Client Interaction"]
MODIFY = DOCUMENTED["Modify a Client Interaction"]
MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def created(office: Office) -> dict[str, Any]:
    response = CREATE.send(office.trusted, {":client": str(office.number)})
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def named(office: Office, answer: dict[str, Any]) -> dict[str, str]:
    return {":client": str(office.number), ":id": str(answer["id"])}


def test_creating_answers_in_the_documented_form_with_what_was_sent(anywhere: Office):
    """The document prints another interaction's answer; the keys and forms are its own."""
    response = CREATE.send(anywhere.trusted, {":client": str(anywhere.number)})
    sent = {
        "serviceId": 13,
        "interactionType": "inPerson",
        "description": "Appointment setup with financial coach. Client would like to save up "
        "enough for a down payment on a car better suited for their work.",
    }
    answer = response.json()
    replace(CREATE, answer=CREATE.answer | sent | {"id": answer["id"]}).check(response)
    assert answer["lastUpdatedBy"] == answer["createdBy"]


def test_getting_answers_exactly_as_documented(anywhere: Office):
    answer = created(anywhere)
    as_printed = {"serviceId": 7, "description": GET.answer["description"]}
    url = f"/api/clients/{anywhere.number}/interactions/{answer['id']}"
    assert anywhere.trusted.patch(f"{url}?tags=immigration", json=as_printed).status_code == 200
    response = GET.send(anywhere.trusted, named(anywhere, answer))
    replace(GET, answer=GET.answer | {"id": answer["id"]}).check(response)


def test_modifying_answers_exactly_as_documented(anywhere: Office):
    """The documented request names no tag, so that the interaction must have none."""
    untagged = replace(CREATE, path=CREATE.path.removesuffix("?tags=immigration"))
    first = untagged.send(anywhere.trusted, {":client": str(anywhere.number)}).json()
    response = MODIFY.send(anywhere.trusted, named(anywhere, first))
    answer = replace(MODIFY, answer=MODIFY.answer | {"id": first["id"]}).check(response)
    assert answer["createdBy"] == first["createdBy"]
    assert answer["lastUpdatedBy"]["timestamp"] > answer["createdBy"]["timestamp"]
    again = GET.send(anywhere.trusted, named(anywhere, first))
    assert again.json() == answer


def test_the_documented_requests_work_in_order_as_printed(anywhere: Office):
    """The interaction is created with a tag that the request to modify it doesn't name."""
    first = created(anywhere)
    response = MODIFY.send(anywhere.trusted, named(anywhere, first))
    assert response.status_code == 200
    assert list(response.json()) == list(MODIFY.answer)
    read = GET.send(anywhere.trusted, named(anywhere, first))
    replace(MODIFY, answer=MODIFY.answer | {"id": first["id"]}).check(read)
    url = f"/api/clients/{anywhere.number}/interactions/{first['id']}"
    assert anywhere.trusted.delete(url).status_code == 204


@pytest.mark.parametrize("permissions", [WORKER, TRUSTED])
def test_deleting_answers_204_and_then_400(anywhere: Office, permissions: tuple[str, ...]):
    answer = created(anywhere)
    url = f"/api/clients/{anywhere.number}/interactions/{answer['id']}"
    first = anywhere.caller(permissions).delete(url)
    assert (first.status_code, first.content) == (204, b"")
    second = anywhere.caller(permissions).delete(url)
    assert second.status_code == 400
    assert list(second.json()) == ["error"]


def test_the_tags_of_the_query_control_what_is_redacted(anywhere: Office):
    answer = created(anywhere)
    open_, closed = (
        anywhere.trusted.get(f"/api/clients/{anywhere.number}/interactions/{answer['id']}{query}")
        for query in ("?tags=immigration", "")
    )
    hidden: dict[str, Any] = {
        "serviceId": None,
        "description": None,
        "duration": None,
        "customQuestions": [],
    }
    assert open_.json() == answer
    compare(answer | hidden | {"redacted": True}, closed.json(), "")


def test_timestamps_have_milliseconds(anywhere: Office):
    answer = created(anywhere)
    for person in (answer["createdBy"], answer["lastUpdatedBy"]):
        assert MILLISECONDS.fullmatch(person["timestamp"])


def test_the_list_of_services_has_the_documented_serviceid(anywhere: Office):
    services = {one["id"]: one for one in anywhere.worker.get("/api/services").json()["services"]}
    assert {7, 13} <= set(services)
