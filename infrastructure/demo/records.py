"""What passes between them: one invented record after the other."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from domain.catalogue.tactics import ROWS
from domain.kinds import Direction, Kind, Sentiment
from domain.record import (
    FollowUp,
    Labels,
    Mail,
    Participant,
    People,
    Place,
    Rapport,
    Record,
    Said,
    TacticUse,
    When,
)

SUBJECTS = (
    "the new price list",
    "delivery before the holidays",
    "the pilot in the second warehouse",
    "renewing the contract",
    "a complaint about the last order",
    "the trade fair in spring",
    "training for the new team",
    "a quote for forty units",
    "the website's booking form",
    "invoices that crossed",
)
OUTCOMES = (
    "Wants a written proposal",
    "Will ask the board",
    "Agreed, starts next month",
    "Not this year",
    "Sends the figures by Friday",
    "Happy with how it went",
)
PLACES = ("Our office", "Their office", "Café Central", "Hall 4", "Video", "Phone")
KINDS = (
    (Kind.CALL, 34),
    (Kind.EMAIL, 30),
    (Kind.MEETING, 14),
    (Kind.MESSAGE, 8),
    (Kind.NOTE, 5),
    (Kind.COFFEE, 4),
    (Kind.LUNCH, 2),
    (Kind.CONFERENCE, 1),
    (Kind.QUOTE, 1),
    (Kind.FOLLOW_UP, 1),
)
"""Kinds and how often they come, in hundredths."""

MINUTES = {
    Kind.CALL: (5, 40),
    Kind.MEETING: (30, 120),
    Kind.COFFEE: (20, 60),
    Kind.LUNCH: (45, 90),
    Kind.CONFERENCE: (120, 480),
}


def record(random: Random, at: datetime, name: str) -> Record:
    """Something that happened with somebody of this name."""
    kind = random.choices([kind for kind, _ in KINDS], [often for _, often in KINDS])[0]
    subject = random.choice(SUBJECTS)
    bounds = MINUTES.get(kind)
    return Record(
        kind=kind,
        word=kind.value,
        when=When(at=at, duration=random.randrange(*bounds) * 60 if bounds else None),
        said=_said(random, kind, subject, name),
        place=Place(location=random.choice(PLACES) if bounds else None),
        follow_up=_follow_up(random, at, subject),
        rapport=_rapport(random) if bounds and random.random() < 0.25 else Rapport(),
        people=_people(random, kind),
        labels=Labels(tags=("important",) if random.random() < 0.06 else ()),
        mail=_mail(random, at, subject, name) if kind == Kind.EMAIL else None,
    )


def _said(random: Random, kind: Kind, subject: str, name: str) -> Said:
    moods = (Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE, None)
    first = name.split()[0]
    return Said(
        subject=subject[0].upper() + subject[1:] if kind == Kind.EMAIL else None,
        notes=f"{first} brought up {subject}." if random.random() < 0.8 else None,
        outcome=random.choice(OUTCOMES) if random.random() < 0.5 else None,
        topics=(subject,),
        sentiment=random.choices(moods, (45, 30, 8, 17))[0],
    )


def _follow_up(random: Random, at: datetime, subject: str) -> FollowUp:
    if random.random() > 0.2:
        return FollowUp(needed=False)
    due = at + timedelta(days=random.randrange(2, 21))
    return FollowUp(needed=True, notes=f"Come back to {subject}", due=due)


def _rapport(random: Random) -> Rapport:
    uses = tuple(
        TacticUse(tactic_id=UUID(row[0]), effectiveness=random.randint(2, 5))
        for row in random.sample(ROWS, random.choice((1, 1, 2)))
    )
    return Rapport(score=random.randint(4, 10), tactics=uses)


def _people(random: Random, kind: Kind) -> People:
    if kind != Kind.MEETING or random.random() < 0.5:
        return People()
    return People(participants=(Participant(name=random.choice(("Mara", "Jonas", "Priya"))),))


def _mail(random: Random, at: datetime, subject: str, name: str) -> Mail:
    """Mails about one subject with one person stand in one thread."""
    thread = f"{subject}-{name}".lower().replace(" ", "-")
    return Mail(
        message_id=f"{at:%Y%m%d%H%M%S}.{random.randrange(10**6)}@demo.example",
        direction=random.choice((Direction.INCOMING, Direction.OUTGOING)),
        thread_id=f"{thread}@demo.example",
    )
