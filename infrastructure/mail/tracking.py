"""The record of an interaction, made of the facts of a mail."""

from collections.abc import Callable
from uuid import UUID

from domain.kinds import Direction, Kind
from domain.record import Labels, Mail, Participant, People, Record, Said, When
from infrastructure.mail.labels import is_state
from infrastructure.mail.message import MailFacts


def record_of(facts: MailFacts, contact_id: Callable[[str], UUID | None]) -> Record:
    """The record of a mail; `contact_id` maps an address to its contact."""
    participants = tuple(
        Participant(name=person.name, email=person.email, contact_id=contact_id(person.email))
        for person in facts.participants
    )
    return Record(
        kind=Kind.EMAIL,
        word=Kind.EMAIL.value,
        when=When(at=facts.date),
        said=Said(subject=facts.subject or None, notes=facts.text or None),
        people=People(participants=participants),
        labels=Labels(tags=tuple(label for label in facts.labels if not is_state(label))),
        mail=Mail(
            message_id=facts.message_id,
            direction=Direction(facts.direction),
            thread_id=facts.thread_id,
            in_reply_to=facts.in_reply_to,
            date_source=facts.date_source,
        ),
    )
