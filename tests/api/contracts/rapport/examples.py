"""A request for every route of the rapport contract."""

from tests.api.examples import Example

LOGGED = {
    "interaction": {
        "contact_id": "{contact}",
        "interaction_datetime": "2023-10-27T14:30:00+00:00",
        "medium": "Phone Call",
        "topic": "x",
        "notes": "x",
        "rapport_score_post": 8,
    },
    "tactic_logs": [
        {
            "tactic_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef",
            "effectiveness_score": 5,
            "notes": "x",
        }
    ],
}
EXAMPLES = {
    "GET /api/v1/rapport/tactics": Example("/api/v1/rapport/tactics"),
    "GET /api/v1/rapport/tactics/": Example("/api/v1/rapport/tactics/"),
    "POST /api/v1/interactions/": Example("/api/v1/interactions/", LOGGED, 201),
    "POST /api/v1/interactions": Example("/api/v1/interactions", LOGGED, 201),
    "GET /api/v1/interactions/{id}": Example("/api/v1/interactions/{interaction}"),
    "GET /api/v1/contacts/{contact_id}/interactions": Example(
        "/api/v1/contacts/{contact}/interactions"
    ),
}
