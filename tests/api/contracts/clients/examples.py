"""A request for every route of the clients contract."""

from tests.api.examples import Example

PATH = "/api/clients/{client_id}/interactions"
LIST = "/api/clients/{contact_number}/interactions"
ONE = LIST + "/{interaction_number}"
ENCOUNTER = {
    "serviceId": 13,
    "interactionType": "inPerson",
    "description": "x",
    "dateOfInteraction": "2019-05-06",
    "duration": "1:00:00",
    "location": "CUOffice",
    "customQuestions": [{"questionId": 123, "answer": 6}],
}
EXAMPLES = {
    f"GET {PATH}/{{id}}": Example(ONE),
    f"GET {PATH}": Example(LIST),
    f"POST {PATH}": Example(LIST, ENCOUNTER, 201),
    f"PATCH {PATH}/{{id}}": Example(ONE, {"description": "x"}),
    f"DELETE {PATH}/{{id}}": Example(ONE, status=204),
    "GET /api/clients/{client_id}/logs": Example("/api/clients/{contact_number}/logs"),
    "GET /api/services": Example("/api/services"),
}
