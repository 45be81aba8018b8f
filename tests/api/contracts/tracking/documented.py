"""The exchanges of the tracking document, in its order and in its words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Documented:
    """A request as the document has it: its body says of each key what it holds."""

    method: str
    path: str
    status: int
    body: str = ""
    query: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    answer: str = ""


EXCHANGES = (
    Documented(
        "POST",
        "/api/interactions",
        201,
        """{
  "contactId": "guid (required)",
  "interactionType": "string (meeting|call|email|message|coffee|lunch|conference)",
  "date": "datetime (required)",
  "duration": "integer (minutes)",
  "location": "string",
  "medium": "string",
  "topicsDiscussed": ["string"],
  "notes": "string",
  "sentiment": "string (positive|neutral|negative)",
  "followUpNeeded": "boolean",
  "followUpNotes": "string"
}""",
        events=("InteractionLogged",),
    ),
    Documented(
        "GET",
        "/api/interactions",
        200,
        query=("contactId", "type", "startDate", "endDate", "page", "pageSize"),
    ),
    Documented("GET", "/api/interactions/{id}", 200),
    Documented("PUT", "/api/interactions/{id}", 200),
    Documented("DELETE", "/api/interactions/{id}", 204),
    Documented(
        "POST",
        "/api/meetings",
        201,
        """{
  "contactId": "guid",
  "scheduledDateTime": "datetime",
  "location": "string",
  "purpose": "string",
  "agendaItems": ["string"],
  "preparationNotes": "string",
  "calendarSynced": "boolean"
}""",
        events=("MeetingScheduled",),
    ),
    Documented(
        "PUT",
        "/api/meetings/{id}/complete",
        200,
        """{
  "actualDate": "datetime",
  "attendees": ["string"],
  "duration": "integer",
  "topicsCovered": ["string"],
  "outcomes": "string",
  "actionItems": ["string"],
  "nextSteps": "string",
  "relationshipImpact": "string"
}""",
        events=("MeetingCompleted", "InteractionLogged"),
    ),
    Documented("GET", "/api/contacts/{contactId}/interactions", 200),
    Documented(
        "GET",
        "/api/analytics/interactions",
        200,
        query=("startDate", "endDate", "groupBy", "contactId"),
        answer="""{
  "totalInteractions": "integer",
  "byType": {"meeting": 10, "call": 5},
  "frequency": {"week1": 3, "week2": 5},
  "averageDuration": "integer"
}""",
    ),
)
