"""One mail, valid or not, as facts: sender, recipients, time, text and thread."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from infrastructure.mail.addresses import Address, parse_addresses
from infrastructure.mail.body import read_body
from infrastructure.mail.charsets import shown
from infrastructure.mail.dates import DateSource, sent_at
from infrastructure.mail.headers import Head, decode_words, read_head
from infrastructure.mail.identifiers import (
    MADE,
    REFERENCES_LIMIT,
    former_id,
    ids_in,
    message_id,
    parent_id,
    without_people,
)
from infrastructure.mail.labels import is_draft, labels_in
from infrastructure.mail.line_ends import has_lone_cr, with_lf
from infrastructure.mail.parts import PART_FIELDS

SUBJECT_LIMIT = 1_000  # characters
PARTICIPANTS_LIMIT = 500

_SENDERS = ("from", "sender", "reply-to", "return-path")
_RECIPIENTS = ("to", "cc", "bcc")
_FIELDS = PART_FIELDS | {
    *_SENDERS,
    *_RECIPIENTS,
    "date",
    "in-reply-to",
    "message-id",
    "received",
    "references",
    "subject",
    "x-gm-thrid",
    "x-gmail-labels",
}


@dataclass(frozen=True, slots=True)
class MailFacts:
    """One message, read."""

    message_id: str  # without brackets; "sha256:…" if the mail has none
    date: datetime  # UTC
    date_source: DateSource
    direction: Literal["incoming", "outgoing"]
    correspondent: Address
    participants: tuple[Address, ...]  # all others except me
    subject: str
    text: str
    truncated: bool  # the text was longer than the limit
    attachments: int  # parts not in the text
    thread_id: str
    references: tuple[str, ...]
    in_reply_to: str | None
    labels: tuple[str, ...]  # Gmail's
    notes: tuple[str, ...]  # oddities
    former_id: str | None = None  # its message id as kith read it before it read a lone CR


@dataclass(frozen=True, slots=True)
class UnreadableMail:
    """A message that can't be imported, and its place in the mailbox."""

    reason: str
    subject: str = ""
    ordinal: int = 0  # in the mailbox, from 1
    offset: int = 0  # bytes from the mailbox's start


def read_message(raw: bytes, me: frozenset[str], now: datetime) -> MailFacts | UnreadableMail:
    """Read one message, with or without its From_ line.

    `me` holds the importer's own addresses in normal form; `now` is the time of import. Never
    raises: an unforeseen error makes an UnreadableMail, so that one mail can't stop an import.
    """
    try:
        return _read(raw, me, now)
    except Exception as error:
        return UnreadableMail(f"kith failed to read it ({type(error).__name__})")


def _read(written: bytes, me: frozenset[str], now: datetime) -> MailFacts | UnreadableMail:
    raw = with_lf(written)
    start, envelope = _after_envelope(raw)
    head = read_head(raw, start, len(raw), _FIELDS)
    notes = head.oddities
    subject = " ".join(decode_words(head.first("subject")).split())
    if len(subject) > SUBJECT_LIMIT:
        notes.append(f"subject longer than {SUBJECT_LIMIT:,} characters, the rest not kept")
        subject = subject[:SUBJECT_LIMIT].rstrip()
    labels = _labels(head)
    if any(map(is_draft, labels)):
        return UnreadableMail("a draft that was never sent", subject)

    senders = _senders(head, notes)
    if not senders:
        return UnreadableMail(_without_sender(head), subject)
    recipients = [address for name in _RECIPIENTS for address in _people(head, name, notes)]
    outgoing = any(sender.email in me for sender in senders)
    others = _others([*senders, *recipients], me)
    correspondent = _correspondent(senders, recipients, others, outgoing, notes)
    participants = [other for other in others if other.email != correspondent.email]
    if len(participants) > PARTICIPANTS_LIMIT:
        notes.append(f"{len(participants)} participants, of whom {PARTICIPANTS_LIMIT} are kept")
        del participants[PARTICIPANTS_LIMIT:]

    own_id = message_id(head.fields.get("message-id", []), raw, start, head.body, notes)
    former = former_id(written) if has_lone_cr(written) else None
    if former and own_id.startswith(MADE):
        own_id, former = former, None
    emails = frozenset(person.email for person in (*senders, *recipients))
    references = _references(head, emails, notes)
    in_reply_to = parent_id(head.first("in-reply-to"), emails)
    date, date_source = sent_at(
        head.fields.get("date", []), head.fields.get("received", []), envelope, now, notes
    )
    body = read_body(raw, head, notes)
    return MailFacts(
        message_id=own_id,
        date=date,
        date_source=date_source,
        direction="outgoing" if outgoing else "incoming",
        correspondent=correspondent,
        participants=tuple(participants),
        subject=subject,
        text=body.text,
        truncated=body.truncated,
        attachments=body.attachments,
        thread_id=_thread(head) or next(iter(references), None) or in_reply_to or own_id,
        references=references,
        in_reply_to=in_reply_to,
        labels=labels,
        notes=tuple(notes),
        former_id=former if former != own_id else None,
    )


def _after_envelope(raw: bytes) -> tuple[int, str]:
    """The start of the head, and the From_ line before it."""
    start = 0
    envelope = ""
    if raw.startswith((b"From ", b">From ")):
        line_end = raw.find(b"\n")
        start = len(raw) if line_end < 0 else line_end + 1
        envelope = raw[: min(start, 500)].decode("ascii", "replace")
    while raw.startswith(b"\n", start):
        start += 1
    return start, envelope


def _people(head: Head, name: str, notes: list[str]) -> list[Address]:
    people: list[Address] = []
    for value in head.fields.get(name, ()):
        parsed = parse_addresses(value)
        people.extend(parsed.found)
        notes.extend(f"{name}: not an address: {piece}" for piece in parsed.bad)
    return people


def _senders(head: Head, notes: list[str]) -> list[Address]:
    """The addresses of From, or else of the first other field that names a sender."""
    for name in _SENDERS:
        senders = _people(head, name, notes)
        if senders:
            if name != "from":
                notes.append(f"sender taken from {name}")
            return senders
    return []


def _without_sender(head: Head) -> str:
    written = head.first("from")
    if not written:
        return "no sender"
    return f"no sender: {shown(decode_words(written))} is not an address"


def _others(people: list[Address], me: frozenset[str]) -> list[Address]:
    """All others except me, once each, in order, with the first display name."""
    others: dict[str, Address] = {}
    for person in people:
        known = others.get(person.email)
        if person.email not in me and (known is None or known.name is None):
            others[person.email] = person
    return list(others.values())


def _correspondent(
    senders: list[Address],
    recipients: list[Address],
    others: list[Address],
    outgoing: bool,
    notes: list[str],
) -> Address:
    """The sender of an incoming mail, the first recipient of an outgoing one, or oneself."""
    if not outgoing:
        return others[0]
    receivers = {recipient.email for recipient in recipients}
    for other in others:
        if other.email in receivers:
            return other
    notes.append("to oneself" if recipients else "to nobody who can be read")
    return senders[0]


def _references(head: Head, people: frozenset[str], notes: list[str]) -> tuple[str, ...]:
    written = ids_in(" ".join(head.fields.get("references", ())))
    ids = list(dict.fromkeys(without_people(written, people)))
    if len(ids) > REFERENCES_LIMIT:  # the first names the thread, the last are the nearest
        notes.append(f"{len(ids)} references, of which {REFERENCES_LIMIT} are kept")
        ids = [ids[0], *ids[-REFERENCES_LIMIT + 1 :]]
    return tuple(ids)


def _thread(head: Head) -> str | None:
    """Gmail's thread: Gmail knows all of its messages."""
    number = re.fullmatch(r"[0-9]{1,30}", head.first("x-gm-thrid"))
    return f"gmail:{number[0]}" if number else None


def _labels(head: Head) -> tuple[str, ...]:
    return labels_in(decode_words(",".join(head.fields.get("x-gmail-labels", ()))))
