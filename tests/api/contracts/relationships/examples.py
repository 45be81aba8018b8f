"""A request for every route of the relationships contract, under both of its paths."""

from tests.api.examples import Example

LOGGED = {
    "type": "call",
    "description": "x",
    "outcome": "x",
    "next_action": "x",
    "scheduled_follow_up": "2031-01-01T09:00:00Z",
}
MOVED = {
    "relationship_status": "inactive",
    "lifecycle_stage": "decision",
    "reason": "x",
    "notes": "x",
}
BELOW = {
    "POST {}/{{contact_id}}/interactions": Example("{contact}/interactions", LOGGED, 201),
    "GET {}/{{contact_id}}/interactions": Example("{contact}/interactions"),
    "GET {}/{{contact_id}}/interactions/{{interaction_id}}": Example(
        "{contact}/interactions/{interaction}"
    ),
    "PUT {}/{{contact_id}}/status": Example("{contact}/status", MOVED),
}
EXAMPLES = {
    key.format(base): Example(f"{base}/{one.path}", one.body, one.status)
    for base in ("/contacts", "/api/contacts")
    for key, one in BELOW.items()
}
