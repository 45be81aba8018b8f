"""Records with something unmistakable in every field that a restricted tag hides."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from domain.kinds import Direction, Kind, Sentiment
from domain.record import (
    Answer,
    FollowUp,
    Mail,
    Participant,
    People,
    Place,
    Rapport,
    Record,
    Said,
    Service,
    TacticUse,
    When,
)
from tests.api.connected import new_account
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING
from tests.api.running import Service as Running
from tests.api.webhooked import new_webhook, past_delivery

AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
MINUTES = 987_654
TACTIC = UUID("5ec2e7aa-0000-4000-8000-00000000feed")
ACTIVE_LISTENING = "a1b2c3d4-e5f6-7890-1234-567890abcdef"
"""A built-in tactic, so that its route has something to show."""


def sentence(about: str) -> str:
    return f"xyzzy {about} plugh"


SECRET = Record(
    kind=Kind.EMAIL,
    word="email",
    when=When(at=AT, ends_at=AT + timedelta(minutes=MINUTES)),
    said=Said(
        subject=sentence("subject"),
        description=sentence("description"),
        notes=sentence("notes"),
        outcome=sentence("outcome"),
        topics=(sentence("topics"),),
        sentiment=Sentiment.POSITIVE,
    ),
    place=Place(location="CUOffice", medium="phone"),
    follow_up=FollowUp(needed=True, notes=sentence("follow-up"), action=sentence("action")),
    rapport=Rapport(
        score=9,
        non_verbal=sentence("non-verbal"),
        tactics=(TacticUse(tactic_id=TACTIC, effectiveness=5, notes=sentence("tactic")),),
    ),
    service=Service(
        service_id=987_653,
        answers=(
            Answer(question_id=987_652, answer=987_651),
            Answer(question_id=987_650, answer=sentence("answer")),
        ),
    ),
    people=People(lead="Lea Leader", participants=(Participant(name="Paul Participant"),)),
    mail=Mail(
        message_id=sentence("message"),
        direction=Direction.OUTGOING,
        thread_id=sentence("thread"),
        in_reply_to=sentence("reply"),
    ),
)
MEETING = {
    "purpose": sentence("purpose"),
    "agendaItems": [sentence("agenda")],
    "preparationNotes": sentence("preparation"),
    "endsAt": "2003-04-05T17:28:39Z",
    "attendees": [{"name": sentence("attendee"), "address": "xyzzy@example.com"}],
}
OUTCOME = {
    "duration": 8_765,
    "topicsCovered": [sentence("covered")],
    "outcomes": sentence("outcomes"),
    "actionItems": [sentence("to do")],
    "nextSteps": sentence("next"),
    "relationshipImpact": sentence("impact"),
}
ENCOUNTER = {
    "serviceId": 7,
    "interactionType": "inPerson",
    "description": sentence("encounter"),
    "dateOfInteraction": "2002-03-04",
    "duration": "77:55:33",
    "location": "consulate",
    "customQuestions": [
        {"questionId": 123, "answer": 987_649},
        {"questionId": 103, "answer": sentence("receipt")},
    ],
}

END = (AT + timedelta(minutes=MINUTES)).isoformat()[:19]
TEXTS = ("xyzzy", "plugh", str(TACTIC), "77:55:33", "16460:54:00", END, "17:28:39")
NUMBERS = frozenset(
    (MINUTES, MINUTES * 60, 987_653, 987_652, 987_651, 987_650, 987_649, 280_533, 4_676, 8_765)
)
"""Values that give a secret away: texts, durations in minutes, seconds and clocks, ids, answers."""
COUNTED = ("id", "number", "position")
COUNTERS_END = 100_000
"""A duration below this can be the number of another test's record as well."""


@dataclass
class Planted:
    """A tenant in which everything is restricted. `blind` has every permission but the tag's."""

    service: Running
    tenant: str
    ids: list[str] = field(default_factory=list)

    @property
    def blind(self) -> httpx.Client:
        return self.service.client(tenant=self.tenant)

    @property
    def trusted(self) -> httpx.Client:
        return self.service.client(tenant=self.tenant, permissions=(*EVERYTHING, "tag:immigration"))

    def plant(self) -> None:
        contact = sent(self.trusted.post("/api/contacts", json={"name": "Ann Lee"}))
        secret = log_restricted(self.service, self.tenant, contact["id"], SECRET, "immigration")
        number = sent(self.trusted.get(f"/api/interactions/{secret}"))["number"]
        meeting = sent(
            self.trusted.post(
                "/api/meetings",
                json={"contactId": contact["id"], "scheduledDateTime": "2003-04-05T06:07:08Z"}
                | MEETING,
            )
        )
        held = sent(self.trusted.put(f"/api/meetings/{meeting['id']}/complete", json=OUTCOME))
        interaction = held["interactionId"]
        address = f"/clients/api/clients/{contact['number']}/interactions"
        tags = {"tags": "immigration"}
        sent(self.trusted.patch(f"{address}/{interaction}", json={}, params=tags))
        encounter = sent(self.trusted.post(address, json=ENCOUNTER, params=tags))
        self.ids = [contact["id"], str(contact["number"]), secret, str(number), meeting["id"]]
        self.ids += [interaction, str(encounter["id"]), ACTIVE_LISTENING, "7"]
        feed = sent(self.blind.post("/api/calendar-feeds"))
        self.ids += [feed["id"], feed["url"].rpartition("/")[2].removesuffix(".ics")]
        webhook = new_webhook(self.blind)["id"]
        delivery = past_delivery(self.service, self.tenant, webhook)
        account = new_account(self.blind)["id"]
        self.ids += [webhook, delivery, account, "kith.interaction.logged.v1.json"]

    def contact(self) -> str:
        return self.ids[0]


def sent(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, response.text
    answer: dict[str, Any] = response.json()
    return answer


def told(response: httpx.Response) -> list[str]:
    """The secrets that an answer tells, in whatever part of it."""
    everything = response.text + "".join(f"\n{n}: {v}" for n, v in response.headers.items())
    found = [text for text in TEXTS if text.lower() in everything.lower()]
    if "json" in response.headers.get("content-type", "") and response.content:
        found += [
            f"{path}={value}" for path, value in values(response.json()) if tells(path, value)
        ]
    return found


def tells(path: str, value: object) -> bool:
    name = path.rsplit("/", 1)[-1].lower()
    if isinstance(value, bool) or value in (None, 0):
        return False
    if value in (9, 5, "positive") and ("score" in name or "effect" in name or "sentiment" in name):
        return True
    if name.endswith(COUNTED) and isinstance(value, int) and value < COUNTERS_END:
        return False
    return isinstance(value, int | float) and value in NUMBERS


def values(item: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(item, dict):
        for name, value in item.items():
            yield from values(value, f"{path}/{name}")
    elif isinstance(item, list):
        for value in item:
            yield from values(value, path)
    else:
        yield path, item


def is_redacted(response: httpx.Response) -> bool:
    is_json = "json" in response.headers.get("content-type", "") and response.content
    return bool(is_json) and any(
        path.endswith("/redacted") and value is True for path, value in values(response.json())
    )
