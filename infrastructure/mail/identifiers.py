"""Which message this is and which conversation it belongs to.

Importing is idempotent by message id, so one is made for a mail that has none: from its bytes,
without what a mail program changes while the mail lies in its box.
"""

import hashlib
import re

from infrastructure.mail.charsets import shown

ID_LIMIT = 500  # characters; longer ones are replaced by their hash
REFERENCES_LIMIT = 100
_PHRASE_LIMIT = 2_000

_LABEL = re.compile(r"^\s*message-id:?\s+(?=<)", re.IGNORECASE)
_BRACKETED = re.compile(r"<([^<>]+)>")
_MUTABLE = re.compile(
    rb"^(?:Status|X-Status|X-UID|X-Keywords|X-Mozilla-[^:\n]*|X-Gmail-[^:\n]*|X-GM-[^:\n]*"
    rb"|Content-Length|Lines|X-IMAP[^:\n]*)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.MULTILINE | re.IGNORECASE,
)


def message_id(values: list[str], raw: bytes, start: int, body: int, notes: list[str]) -> str:
    """The message's own id without its brackets, or one made from the mail."""
    for value in values:
        ids = ids_in(value)
        if ids:
            if len(set(values)) > 1:
                notes.append("more than one message id")
            return ids[0]
    notes.append(f"message id can't be read: {shown(values[0])}" if values else "no message id")
    kept = _MUTABLE.sub(b"", raw[start:body]) + raw[body:]
    return "sha256:" + hashlib.sha256(kept.replace(b"\r\n", b"\n").strip()).hexdigest()


def ids_in(value: str) -> list[str]:
    """Message ids as References lists them; spaces that a relay folded into one are taken out."""
    found = _BRACKETED.findall(value)
    if not found:
        found = [word for word in value.replace("<", " ").replace(">", " ").split() if "@" in word]
    return [_bounded(joined) for word in found if (joined := "".join(word.split()))]


def parent_id(value: str, people: frozenset[str]) -> str | None:
    """The id an In-Reply-To names, which may stand in a phrase among addresses of people.

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
    """The ids that aren't in truth the addresses of people, which old programs put among them."""
    return [found for found in ids if found.lower() not in people]


def _bounded(identifier: str) -> str:
    if len(identifier) <= ID_LIMIT:
        return identifier
    return "sha256:" + hashlib.sha256(identifier.encode()).hexdigest()
