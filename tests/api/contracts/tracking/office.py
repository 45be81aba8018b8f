"""Somebody's desk in the native contract: contacts, interactions and meetings made over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

NOBODY = str(UUID(int=7))
CONTACT_KEYS = (
    "id number name email phone company title tags ownerId relationshipStatus lifecycleStage "
    "lastContacted createdAt updatedAt"
).split()
INTERACTION_KEYS = (
    "id number contactId interactionType date duration location medium topicsDiscussed notes "
    "sentiment followUpNeeded followUpNotes createdAt updatedAt createdBy"
).split()
MEETING_KEYS = (
    "id contactId status scheduledDateTime location purpose agendaItems preparationNotes "
    "calendarSynced completedDate createdAt updatedAt createdBy"
).split()
OUTCOME_KEYS = (
    "interactionId actualDate attendees duration topicsCovered outcomes actionItems nextSteps "
    "relationshipImpact"
).split()
MEETING = {
    "scheduledDateTime": "2031-05-05T09:00:00Z",
    "location": "Room 1",
    "purpose": "The new contract",
    "agendaItems": ["prices", "dates"],
    "preparationNotes": "Read the old one",
    "calendarSynced": True,
}
OUTCOME = {
    "actualDate": "2024-01-05T09:10:00Z",
    "attendees": ["Ann", "Bob"],
    "duration": 50,
    "topicsCovered": ["prices"],
    "outcomes": "Agreed",
    "actionItems": ["send it"],
    "nextSteps": "Sign",
    "relationshipImpact": "positive",
}
ENDS = {"complete": "completed", "cancel": "cancelled", "no-show": "noShow"}


def ago(**time: float) -> str:
    """An instant that lies this far back, to the second."""
    return instant(datetime.now(UTC) - timedelta(**time))


def ahead(**time: float) -> str:
    return instant(datetime.now(UTC) + timedelta(**time))


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def add(client: httpx.Client, **details: Any) -> dict[str, Any]:
    """A new contact."""
    return done(client.post("/api/contacts", json={"name": "Ann Ode"} | details), 201)


def log(client: httpx.Client, contact: dict[str, Any], **what: Any) -> dict[str, Any]:
    """A new interaction with a contact."""
    body = {"contactId": contact["id"], "interactionType": "call", "date": ago(days=1)} | what
    return done(client.post("/api/interactions", json=body), 201)


def schedule(client: httpx.Client, contact: dict[str, Any], **what: Any) -> dict[str, Any]:
    """A new meeting with a contact, which lies an hour back unless said otherwise."""
    body = {"contactId": contact["id"], "scheduledDateTime": ago(hours=1)} | what
    return done(client.post("/api/meetings", json=body), 201)


def done(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    return dict(response.json())


def read(client: httpx.Client, path: str, **query: Any) -> dict[str, Any]:
    return done(client.get(path, params=query))


def ids(listed: dict[str, Any]) -> list[str]:
    return [item["id"] for item in listed["items"]]


def refused(
    response: httpx.Response, status: int, code: str | None = None, pointer: str | None = None
) -> dict[str, Any]:
    """The problem with which a request was refused; every one has the documented form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "errors"}
    assert problem["status"] == status
    assert all({"pointer", "code", "detail"} <= set(error) for error in problem["errors"])
    if code is not None:
        assert code in {problem["code"], *(error["code"] for error in problem["errors"])}
    if pointer is not None:
        assert pointer in {error["pointer"] for error in problem["errors"]}
    return problem


def walk(client: httpx.Client, path: str, **query: Any) -> list[str]:
    """The ids on all pages, by the cursor."""
    found, cursor = [], ""
    for _ in range(200):
        page = read(client, path, cursor=cursor, **query)
        found += ids(page)
        cursor = page["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages have no end")


def walk_links(client: httpx.Client, path: str, **query: Any) -> list[str]:
    """The ids on all pages, by the links."""
    response = client.get(path, params=query)
    found = ids(done(response))
    for _ in range(200):
        if "next" not in response.links:
            return found
        response = client.get(response.links["next"]["url"])
        found += ids(done(response))
    raise AssertionError("the pages have no end")
