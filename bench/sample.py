"""The interaction that everything here is measured with, and the requests that log it and read it.

Both servers get the same bytes, both databases hold the same records.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from uuid import UUID

NEWEST = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)
KINDS = ("meeting", "call", "email", "message", "coffee", "lunch", "conference")
SENTIMENTS = ("positive", "neutral", "negative")
NOTES = (
    "Went through the open points of the renewal. They like the new reporting, and would have the "
    "onboarding of the second team in the same quarter, if the price of the seats allows it."
)
DISTINCT_BODIES = 256


def at(index: int) -> datetime:
    """When the interaction with this index took place: no two at once, none in order."""
    return NEWEST - timedelta(seconds=(index * 7919) % 31_000_000)


def interaction(contact_id: UUID, index: int) -> dict[str, object]:
    """The body of a request, with all that the native contract documents."""
    return {
        "contactId": str(contact_id),
        "interactionType": KINDS[index % len(KINDS)],
        "date": at(index).isoformat().replace("+00:00", "Z"),
        "duration": 15 + index % 60,
        "location": "Office, 4th floor",
        "medium": "in person",
        "topicsDiscussed": ["renewal", "pricing", "onboarding"],
        "notes": f"{index}: {NOTES}",
        "sentiment": SENTIMENTS[index % len(SENTIMENTS)],
        "followUpNeeded": index % 2 == 0,
        "followUpNotes": "Send the proposal by Friday",
    }


def posts(token: str, contacts: Sequence[UUID], count: int) -> Iterator[bytes]:
    """Requests that log an interaction each, spread over the contacts."""
    distinct = []
    for index, contact in zip(range(DISTINCT_BODIES), cycle(contacts), strict=False):
        body = json.dumps(interaction(contact, index)).encode()
        head = (
            "POST /api/interactions HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        distinct.append(head.encode() + body)
    return islice(cycle(distinct), count)


def get(token: str, path: str) -> bytes:
    """The request for a path."""
    return (f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").encode()


def timeline(contact: UUID, query: str = "limit=50") -> str:
    return f"/api/contacts/{contact}/interactions?{query}"
