"""Message ids: of a mail, and of the mails it refers to.

Importing is idempotent by message id. A mail without one gets the hash of its bytes, without the
fields that a mail program changes in a mailbox.
"""

import hashlib
import re

from infrastructure.mail.charsets import shown

ID_LIMIT = 500  # characters; a longer id is replaced by its hash
REFERENCES_LIMIT = 100
MADE = "sha256:"  # begins an id that kith made
_PHRASE_LIMIT = 2_000

_LABEL = re.compile(r"^\s*message-id:?\s+(?=<)", re.IGNORECASE)
_BRACKETED = re.compile(r"<([^<>]+)>")
_MUTABLE = re.compile(
    # Possessive: the rest of a line is looked through once, also where it has no colon.
    rb"^(?:(?:Status|X-Status|X-UID|X-Keywords|Content-Length|Lines)[ \t]*+"
    rb"|X-(?:Mozilla-|Gmail-|GM-|IMAP)[^:\n]*+):[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.MULTILINE | re.IGNORECASE,
)


def message_id(values: list[str], raw: bytes, start: int, body: int, notes: list[str]) -> str:
    """The message id without brackets, or the hash of the mail."""
    for value in values:
        ids = ids_in(value)
        if ids:
            if len(set(values)) > 1:
                notes.append("more than one message id")
            return ids[0]
    notes.append(f"message id can't be read: {shown(values[0])}" if values else "no message id")
    kept = _MUTABLE.sub(b"", raw[start:body]) + raw[body:]
    return MADE + hashlib.sha256(kept.replace(b"\r\n", b"\n").strip()).hexdigest()


def former_id(raw: bytes) -> str:
    """The message id of a mail as kith read it when a lone CR was left out and ended no line.

    Such a mail may be in a ledger by that id, and must not become a second fact.
    """
    start = raw.find(b"\n") + 1 or len(raw) if raw.startswith((b"From ", b">From ")) else 0
    start += len(raw) - start - len(raw[start:].lstrip(b"\r\n"))
    ends = [at for end in (b"\n\n", b"\n\r\n") if (at := raw.find(end, start)) >= 0]
    stop = min(ends, default=len(raw))
    unfolded = re.sub(rb"\n[ \t]+", b" ", raw[start:stop].replace(b"\r", b""))
    fields = re.findall(rb"^message-id[ \t]*:(.*)$", unfolded, re.MULTILINE | re.IGNORECASE)
    body = stop + (3 if raw.startswith(b"\n\r", stop) else 2)
    return message_id(
        [field.decode("ascii", "replace").strip() for field in fields], raw, start, body, []
    )


def ids_in(value: str) -> list[str]:
    """The message ids of a References value, without spaces that relays folded into them."""
    found = _BRACKETED.findall(value)
    if not found:
        found = [word for word in value.replace("<", " ").replace(">", " ").split() if "@" in word]
    return [_bounded(joined) for word in found if (joined := "".join(word.split()))]


def parent_id(value: str, people: frozenset[str]) -> str | None:
    """The id of an In-Reply-To value, which may be a phrase with addresses of people in it.

    `<id> from ann@x on Monday` and `Message from Ann <ann@x> of "Monday" <id>` are both common:
    the id begins the value or ends it.
    """
    value = _LABEL.sub("", value[:_PHRASE_LIMIT]).strip(" .;")
    if not value.startswith("<") and not value.endswith(">") and " " in value:
        return None
    ids = without_people(ids_in(value), people)
    if not ids:
        return None
    return ids[0] if value.startswith("<") else ids[-1]


def without_people(ids: list[str], people: frozenset[str]) -> list[str]:
    """The ids without the addresses of people, which old programs put among them."""
    return [found for found in ids if found.lower() not in people]


def _bounded(identifier: str) -> str:
    if len(identifier) <= ID_LIMIT:
        return identifier
    return MADE + hashlib.sha256(identifier.encode()).hexdigest()
