"""Every type of event that is published, in the order of the documents, and what its form depends
on beside its class."""

from collections.abc import Mapping

from pydantic import BaseModel

from domain.contact import (
    Contact,
    ContactAdded,
    ContactDetailsChanged,
    ContactReactivated,
    ContactRemoved,
    ContactRestored,
    ContactStatusChanged,
    Details,
)
from domain.event import Event
from domain.interaction import (
    EmailExchangeTracked,
    Interaction,
    InteractionAmended,
    InteractionDeleted,
    InteractionLogged,
    InteractionPlanned,
)
from domain.meeting import (
    Appointment,
    Meeting,
    MeetingCancelled,
    MeetingCompleted,
    MeetingMissed,
    MeetingRescheduled,
    MeetingScheduled,
)
from domain.record import Record
from domain.service import (
    Offer,
    Service,
    ServiceAdded,
    ServiceChanged,
    ServiceHidden,
    ServiceShown,
)
from domain.tactic import (
    Guidance,
    Tactic,
    TacticAdded,
    TacticChanged,
    TacticHidden,
    TacticShown,
)
from domain.webhook import (
    Subscription,
    Webhook,
    WebhookAdded,
    WebhookChanged,
    WebhookDisabled,
    WebhookEnabled,
    WebhookRemoved,
    WebhookReplayRequested,
    WebhookSecretRotated,
)

EVENTS: Mapping[str, tuple[type[Event], ...]] = {
    Contact.kind: (
        ContactAdded,
        ContactDetailsChanged,
        ContactStatusChanged,
        ContactReactivated,
        ContactRemoved,
        ContactRestored,
    ),
    Interaction.kind: (
        InteractionLogged,
        InteractionPlanned,
        EmailExchangeTracked,
        InteractionAmended,
        InteractionDeleted,
    ),
    Meeting.kind: (
        MeetingScheduled,
        MeetingRescheduled,
        MeetingCancelled,
        MeetingMissed,
        MeetingCompleted,
    ),
    Service.kind: (ServiceAdded, ServiceChanged, ServiceHidden, ServiceShown),
    Tactic.kind: (TacticAdded, TacticChanged, TacticHidden, TacticShown),
    Webhook.kind: (
        WebhookAdded,
        WebhookChanged,
        WebhookSecretRotated,
        WebhookDisabled,
        WebhookEnabled,
        WebhookReplayRequested,
        WebhookRemoved,
    ),
}
"""By the kind of subject they happen to."""

TYPES: Mapping[str, type[Event]] = {one.type: one for some in EVENTS.values() for one in some}

CHANGED: Mapping[type[Event], type[BaseModel]] = {
    ContactDetailsChanged: Details,
    InteractionAmended: Record,
    MeetingRescheduled: Appointment,
    ServiceChanged: Offer,
    TacticChanged: Guidance,
    WebhookChanged: Subscription,
}
"""What the paths under `changes` lead into."""

REDACTABLE = frozenset({*EVENTS[Interaction.kind], *EVENTS[Meeting.kind]})
"""What may be hidden by a restricted tag, and is then marked by `redacted`."""
