"""What each published field means, for whoever writes a consumer. A test holds it complete."""

from collections.abc import Mapping

from pydantic import BaseModel

from domain.contact import (
    ContactAdded,
    ContactDetailsChanged,
    ContactReactivated,
    ContactStatusChanged,
    Details,
)
from domain.event import Changed
from domain.interaction import (
    EmailExchangeTracked,
    InteractionAmended,
    InteractionDeleted,
    InteractionLogged,
    InteractionPlanned,
)
from domain.meeting import (
    Appointment,
    MeetingCancelled,
    MeetingCompleted,
    MeetingMissed,
    MeetingRescheduled,
    MeetingScheduled,
    Outcome,
)
from domain.record import (
    Answer,
    FollowUp,
    Labels,
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
from domain.service import (
    Offer,
    Program,
    Question,
    ServiceAdded,
    ServiceChanged,
    ServiceHidden,
    ServiceShown,
)
from domain.tactic import Guidance, TacticAdded, TacticChanged, TacticHidden, TacticShown
from domain.webhook import (
    Subscription,
    WebhookAdded,
    WebhookChanged,
    WebhookDisabled,
    WebhookReplayRequested,
    WebhookSecretRotated,
)
from infrastructure.relay.contact_states import ContactState

CHANGES = "Each changed field by its path, with its old and its new value."
WITH = {"contact_id": "The contact it is with."}
WITH_ANYBODY = {"contact_id": "The contact it is with; absent where it is with none."}
TACTIC = {"tactic_id": "The tactic: the id in the subject, too."}
STATUS = {
    "old_status": "The relationship before.",
    "new_status": "The relationship from now on.",
    "old_stage": "The stage of the customer's life cycle before.",
    "new_stage": "The stage from now on.",
    "notes": "What else was said about it.",
}
LOGGED = {
    "number": "The interaction's number in its tenant, beside the id in the subject.",
    **WITH_ANYBODY,
    "record": "All that was written down.",
}
SERVICE_NUMBER = {"number": "The service's number, by which records name it in `serviceId`."}

MEANINGS: Mapping[type[BaseModel], Mapping[str, str]] = {
    ContactAdded: {
        "number": "The contact's number in its tenant, beside the id in the subject.",
        "details": "What is known of the contact.",
        "owner_id": "The user whose contact it is.",
    },
    ContactDetailsChanged: {"changes": CHANGES},
    ContactStatusChanged: {**STATUS, "reason": "Why it moved."},
    ContactReactivated: {**STATUS, "reason": "Why it was taken up again."},
    InteractionLogged: LOGGED,
    InteractionPlanned: LOGGED,
    EmailExchangeTracked: LOGGED,
    InteractionAmended: {**WITH_ANYBODY, "changes": CHANGES},
    InteractionDeleted: WITH_ANYBODY,
    MeetingScheduled: {**WITH, "appointment": "What was agreed."},
    MeetingRescheduled: {**WITH, "changes": CHANGES},
    MeetingCancelled: {**WITH, "reason": "Why it was called off."},
    MeetingMissed: {**WITH, "reason": "Who didn't come, and why."},
    MeetingCompleted: {
        **WITH,
        "interaction_id": "The interaction that was logged with it, in the same transaction.",
        "outcome": "What came of it.",
    },
    ServiceAdded: {**SERVICE_NUMBER, "offer": "What is offered."},
    ServiceChanged: {"changes": CHANGES},
    ServiceHidden: SERVICE_NUMBER,
    ServiceShown: SERVICE_NUMBER,
    TacticAdded: {**TACTIC, "guidance": "What it consists in."},
    TacticChanged: {**TACTIC, "changes": CHANGES},
    TacticHidden: TACTIC,
    TacticShown: TACTIC,
    WebhookAdded: {
        "subscription": "What is sent, and where.",
        "secret": "The id of the secret that signs; the secret itself is in no event.",
    },
    WebhookChanged: {"changes": CHANGES},
    WebhookSecretRotated: {
        "secret": "The id of the secret that signs from now on.",
        "former_until": "Until when the one before signs as well.",
    },
    WebhookDisabled: {"reason": "Who or what ended it: the tenant, a 410 Gone, a day of failures."},
    WebhookReplayRequested: {
        "after": "The position after which it begins.",
        "delivery": "The one delivery that is sent again, where it is only that.",
    },
    Changed: {
        "old": "The value before; null where there was none.",
        "new": "The value from now on; null where there is none.",
    },
    Details: {
        "name": "The contact's name.",
        "email": "Their mail address.",
        "phone": "Their telephone number, as it was written.",
        "company": "Who they work for.",
        "title": "Their title or position.",
        "tags": "Free labels.",
    },
    ContactState: {
        "tenant": "Whose contact it is.",
        "id": "The contact's id, which is also the key.",
        "number": "The contact's number in its tenant.",
        "name": "The contact's name.",
        "email": "Their mail address.",
        "phone": "Their telephone number, as it was written.",
        "company": "Who they work for.",
        "title": "Their title or position.",
        "tags": "Free labels.",
        "owner_id": "The user whose contact it is.",
        "relationship_status": "The relationship.",
        "lifecycle_stage": "The stage of the customer's life cycle.",
        "created_at": "When it came into the ledger, in UTC.",
        "updated_at": "When it last changed, in UTC.",
        "position": "That of the contact's last event, in the whole log.",
    },
    Record: {
        "kind": "What kind of interaction it was.",
        "word": "The writer's own word for the kind.",
        "when": "When it was, and how long it took.",
        "said": "What it was about and what came of it.",
        "place": "Where it took place, or through what.",
        "follow_up": "What is to happen next.",
        "rapport": "How the relationship felt afterwards.",
        "service": "The service that was delivered.",
        "people": "Who led it and who took part.",
        "labels": "Free and restricted tags.",
        "mail": "Where a mail stands in its conversation.",
    },
    When: {
        "at": "When it began, in UTC.",
        "zone": "The IANA time zone it was given in.",
        "ends_at": "When it ended, in UTC.",
        "duration": "How long it took, in seconds; where there is an end, that counts.",
        "written": "The date as it was written, where its offset matters to the writer.",
        "whole_day": "Whether only a date was given; `at` is then the start of that day in UTC.",
    },
    Said: {
        "subject": "Its title or subject.",
        "description": "What happened.",
        "notes": "Notes about it.",
        "outcome": "What came of it.",
        "topics": "What was talked about.",
        "sentiment": "How it went.",
    },
    Place: {"location": "Where it took place.", "medium": "Through what, such as a channel."},
    FollowUp: {
        "needed": "Whether something is to follow.",
        "notes": "Notes about that.",
        "action": "What is to be done.",
        "due": "Until when, in UTC.",
    },
    Rapport: {
        "score": "From 1 to 10.",
        "non_verbal": "What was seen.",
        "tactics": "The rapport tactics that were used.",
    },
    TacticUse: {
        "tactic_id": "The tactic.",
        "effectiveness": "How well it worked, from 1 to 5.",
        "notes": "Notes about that.",
    },
    Service: {
        "service_id": "The service's number.",
        "answers": "The answers to what is asked about each delivery.",
    },
    Answer: {
        "question_id": "The question's number in its service.",
        "answer": "A text, a number, true or false, or a date such as 2026-01-31.",
    },
    People: {"lead": "Who led it.", "participants": "Who took part besides the contact."},
    Participant: {
        "name": "Their name.",
        "email": "Their mail address.",
        "contact_id": "The contact they are, where that is known.",
    },
    Labels: {
        "tags": "Free labels.",
        "restricted": "Tags whose permission a reader needs to see all of the record.",
    },
    Mail: {
        "message_id": "Its Message-ID.",
        "direction": "Which way it went.",
        "thread_id": "The Message-ID of the first mail of its conversation.",
        "in_reply_to": "The Message-ID of the mail it answers.",
        "date_source": "Where its date comes from: date, received, envelope or import.",
    },
    Appointment: {
        "scheduled_at": "When it is to begin, in UTC.",
        "location": "Where it is to take place.",
        "purpose": "What for.",
        "agenda_items": "What is to be talked about.",
        "preparation_notes": "What to prepare.",
        "calendar_synced": "Whether the writer says it stands in a calendar.",
    },
    Outcome: {
        "held_at": "When it took place, in UTC.",
        "attendees": "Who came.",
        "duration": "How long it took, in seconds.",
        "topics_covered": "What was talked about.",
        "outcomes": "What was agreed.",
        "action_items": "What is to be done.",
        "next_steps": "How it goes on.",
        "relationship_impact": "What it means for the relationship.",
    },
    Offer: {
        "name": "The service's name.",
        "description": "What it consists in.",
        "program": "What it is run under.",
        "active": "Whether it is delivered at present.",
        "questions": "What is asked about each delivery.",
    },
    Program: {"id": "Its number in the tenant.", "name": "Its name."},
    Question: {
        "id": "Its number in the service.",
        "type": "What an answer to it is.",
        "label": "The question as it is put.",
        "options": "What a select lets one choose from.",
    },
    Subscription: {
        "origin": "Scheme, host and port of the address.",
        "address": "The id of the whole address, which is in no event.",
        "types": "The types of event that are sent; empty for all.",
        "description": "What it is for.",
    },
    Guidance: {
        "name": "The tactic's name.",
        "domain": "The field of research it comes from.",
        "description": "What it consists in.",
        "evidence": "What research says about it.",
    },
}
