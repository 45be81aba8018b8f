"""The summary of `kith import mbox`, which accounts for every message."""

from collections.abc import Iterator
from pathlib import Path

from infrastructure.mail.importing import MailTally
from infrastructure.mail.message import UnreadableMail
from infrastructure.visible import visible

MOST_NAMED = 5
"""Messages listed by number for each reason to skip."""


def summary(file: Path, tally: MailTally, seconds: float) -> str:
    return "\n".join(_lines(file, tally, seconds))


def _lines(file: Path, tally: MailTally, seconds: float) -> Iterator[str]:
    rate = tally.read / seconds if seconds > 0 else 0
    skipped = sum(map(len, tally.skipped.values()))
    found = tally.contacts_met - tally.contacts_added
    count = _number(tally.read, "message")
    yield f"{visible(file)}: {count} read in {seconds:.1f} s ({rate:,.0f} a second)"
    yield from _table(
        (tally.tracked, "tracked"),
        (tally.already_there, "already there"),
        (skipped, "skipped"),
        (len(tally.unreadable), "unreadable"),
    )
    yield "Contacts in new messages"
    yield from _table((tally.contacts_added, "added"), (found, "found"))
    if tally.read and not (tally.tracked or tally.contacts_added or tally.contacts_named):
        yield "Nothing was new."
    if tally.skipped:
        yield "Skipped"
        for reason, ordinals in tally.skipped.items():
            yield f"{len(ordinals):>9,}  {visible(reason)} ({_which(ordinals)})"
    if tally.unreadable:
        yield "Unreadable"
        yield from map(_unreadable, tally.unreadable)
    oddities = [*tally.oddities.most_common()]
    if tally.shortened:
        oddities.append(("text longer than what is kept", tally.shortened))
    if tally.attachments:
        oddities.append(("attachments, which are not kept", tally.attachments))
    if oddities:
        yield "Odd, and taken over all the same"
        yield from _table(*((count, what) for what, count in oddities))


def _table(*rows: tuple[int, str]) -> Iterator[str]:
    for count, what in rows:
        yield f"{count:>9,}  {visible(what)}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _which(ordinals: list[int]) -> str:
    listed = ", ".join(f"{ordinal:,}" for ordinal in ordinals[:MOST_NAMED])
    more = ", …" if len(ordinals) > MOST_NAMED else ""
    return f"{'message' if len(ordinals) == 1 else 'messages'} {listed}{more}"


def _unreadable(mail: UnreadableMail) -> str:
    subject = f" (“{mail.subject}”)" if mail.subject else ""
    why = visible(mail.reason + subject)
    return f"  message {mail.ordinal:,} at byte {mail.offset:,}: {why}"
