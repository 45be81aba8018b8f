"""A mailbox of the kind people have: conversations with dozens of people, in several encodings."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

ME = "me@example.com"
PEOPLE = 80
BEGINNING = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
SENTENCES = (
    "Thank you for your time yesterday, it was good to meet the whole team.",
    "Die Unterlagen schicke ich Ihnen bis Freitag, wie besprochen – mit Grüßen aus Köln.",
    "Could you have a look at the second page before we go on?",
    "The numbers for the last quarter are attached to my earlier message.",
    "Nous pourrions déjeuner ensemble la semaine prochaine, si cela vous convient.",
    "Let us know whether the price holds until the end of the year.",
)


def write(path: Path, messages: int) -> None:
    """A mailbox of so many messages; the same number gives the same mailbox."""
    with path.open("wb") as file:
        for message, at in _messages(random.Random(messages), messages):
            file.write(f"From {ME} {at:%a %b %d %H:%M:%S %Y}\n".encode())
            file.write(message.as_bytes().replace(b"\nFrom ", b"\n>From ") + b"\n")


def _messages(chance: random.Random, wanted: int) -> Iterator[tuple[EmailMessage, datetime]]:
    threads: dict[int, list[str]] = {}
    for index in range(wanted):
        at = BEGINNING + timedelta(minutes=7 * index)
        person = chance.randrange(PEOPLE)
        thread = threads.setdefault(person, [])
        if len(thread) > 8:
            thread.clear()
        yield _message(chance, index, person, thread, at), at


def _message(
    chance: random.Random, index: int, person: int, thread: list[str], at: datetime
) -> EmailMessage:
    message = EmailMessage()
    ends = [f"Me Myself <{ME}>", f"Pérson No. {person} <person-{person}@example.org>"]
    if chance.random() < 0.5:
        ends.reverse()
    message["From"], message["To"] = ends
    if chance.random() < 0.2:
        message["Cc"] = f"person-{chance.randrange(PEOPLE)}@example.org"
    message["Date"] = format_datetime(at)
    message["Subject"] = f"{'Re: ' * bool(thread)}The matter of number {person} – größer"
    message["Message-ID"] = f"<{index}.{person}@example.org>"
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(thread)
    thread.append(str(message["Message-ID"]))
    text = "\n".join(chance.choices(SENTENCES, k=chance.randrange(4, 25))) + "\n"
    message.set_content(text, cte=chance.choice(("quoted-printable", "base64", "8bit")))
    if chance.random() < 0.3:
        message.add_alternative(f"<html><body><p>{text}</p></body></html>", subtype="html")
    return message
