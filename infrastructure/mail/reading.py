"""The messages of a mailbox as facts, as `kith import mbox` imports them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from infrastructure.mail.mbox import MESSAGE_LIMIT, Progress, read_messages
from infrastructure.mail.message import MailFacts, UnreadableMail, read_message
from infrastructure.mail.threads import Threads


def read_mbox(
    path: Path, me: frozenset[str], now: datetime, progress: Progress | None = None
) -> Iterator[MailFacts | UnreadableMail]:
    """The messages of a mailbox in order. Raises MailboxError as `read_messages` does.

    `progress` is called after each message with the bytes read and the size of the file.
    """
    threads = Threads()
    for message in read_messages(path, progress):
        if message.raw is None:
            read: MailFacts | UnreadableMail = UnreadableMail(
                f"larger than the {MESSAGE_LIMIT >> 20} MB a message may have"
                f" ({message.size >> 20} MB)"
            )
        else:
            read = read_message(message.raw, me, now)
            if message.adjoined and isinstance(read, MailFacts):
                read = replace(read, notes=(*read.notes, "no empty line before its From line"))
        if isinstance(read, UnreadableMail):
            yield replace(read, ordinal=message.ordinal, offset=message.offset)
        else:
            yield threads.settle(read)
