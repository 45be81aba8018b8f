"""A request for every route of the sites contract."""

from tests.api.examples import Example

RECORD = {
    "title": "Weekly",
    "type": "Meeting",
    "lead": "Ann",
    "start_datetime": "2024-01-01T09:00:00Z",
    "end_datetime": "2024-01-01T10:00:00Z",
    "timezone": "Europe/Berlin",
    "location": "here",
    "description": "x",
    "outcome": "x",
}
ONE = "/api/interactions/{interaction_number}"
EXAMPLES = {
    "GET /api/interactions": Example("/api/interactions"),
    "GET /api/interactions/types": Example("/api/interactions/types"),
    "GET /api/interactions/{id}": Example(ONE),
    "POST /api/interactions": Example("/api/interactions", RECORD, 201),
    "PUT /api/interactions/{id}": Example(ONE, {"title": "x"}),
    "DELETE /api/interactions/{id}": Example(ONE),
}
