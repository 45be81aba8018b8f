"""How one of the practice writes down what passed between them and a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from domain.catalogue.tactics import ROWS as TACTICS
from domain.kinds import Direction, Kind, Sentiment
from domain.meeting import Appointment, Outcome
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
from infrastructure.demo import phrases, team
from infrastructure.demo.people import Course, Person

FACE_TO_FACE = frozenset({Kind.COFFEE, Kind.LUNCH, Kind.REVIEW, Kind.CONSULTATION, Kind.CONFERENCE})
TIMED = FACE_TO_FACE | {Kind.CALL, Kind.TRAINING, Kind.SERVICE}
ZONE = "America/Chicago"
IMMIGRATION = "immigration"


@dataclass(slots=True)
class Writer:
    """Writes with chance about one person; `theme` is what they talk about most."""

    chance: Random
    person: Person
    theme: str

    def sentence(self, pool: tuple[str, ...], me: str = "") -> str:
        text = self.chance.choice(pool).format(
            theme=self.theme, first=self.person.first, business=self.person.business, me=me
        )
        return text[0].upper() + text[1:]

    def record(self, kind: Kind, at: datetime) -> Record:
        """What happened, in person, on the phone or in writing."""
        chance = self.chance
        mood = self._mood()
        pool = {Sentiment.NEGATIVE: phrases.HARD, Sentiment.POSITIVE: phrases.GLAD}.get(mood, ())
        notes = " ".join(self.sentence(texts) for texts in (phrases.TALKED, pool) if texts)
        wants_more = chance.random() < 0.3
        ends_at = None
        if kind in (Kind.TRAINING, Kind.REVIEW):
            ends_at = at + timedelta(minutes=chance.choice((45, 60, 90)))
        return Record(
            kind=kind,
            word=kind.value,
            when=When(
                at=at,
                zone=ZONE if ends_at else None,
                ends_at=ends_at,
                duration=None if ends_at or kind not in TIMED else self._minutes() * 60,
            ),
            said=Said(
                subject=self.sentence(phrases.SUBJECTS) if kind not in FACE_TO_FACE else None,
                notes=notes,
                topics=tuple(chance.sample(phrases.TOPICS, chance.choice((0, 1, 1, 2, 3)))),
                sentiment=mood if chance.random() < 0.6 else None,
                outcome="Agreed" if kind is Kind.CONTRACT else None,
            ),
            place=Place(
                location=self._somewhere() if kind in FACE_TO_FACE else None,
                medium=chance.choice(("phone", "video")) if kind is Kind.CALL else None,
            ),
            follow_up=FollowUp(
                needed=wants_more or None,
                notes=chance.choice(phrases.NEXT) if wants_more else None,
                due=at + timedelta(days=chance.randrange(2, 15)) if wants_more else None,
            ),
            rapport=self._rapport(mood) if kind in TIMED and chance.random() < 0.4 else Rapport(),
            people=People(lead=" ".join(team.NAMES[self.person.owner]) if ends_at else None),
            labels=Labels(tags=self._tags()),
        )

    def service(self, at: datetime) -> Record:
        """A service of the catalogue; what concerns somebody's papers is restricted."""
        chance = self.chance
        restricted = self.person.number % 6 == 1
        service = Service(service_id=5, answers=(Answer(question_id=103, answer="MSC2190012345"),))
        if not restricted:
            refund = chance.randrange(-900, 2500)
            service = chance.choice(
                (
                    Service(
                        service_id=9,
                        answers=(
                            Answer(question_id=107, answer=at.year - 1),
                            Answer(question_id=108, answer=refund),
                        ),
                    ),
                    Service(service_id=12, answers=(Answer(question_id=109, answer="Credit"),)),
                    Service(service_id=14),
                )
            )
        return Record(
            kind=Kind.SERVICE,
            word="oneOnOneLightTouch",
            when=When(
                at=at.replace(hour=0, minute=0), duration=self._minutes() * 60, whole_day=True
            ),
            said=Said(description=self.sentence(phrases.TALKED)),
            place=Place(location="CUOffice"),
            service=service,
            labels=Labels(restricted=(IMMIGRATION,) if restricted else ()),
        )

    def mails(
        self, thread: str, times: list[datetime], cc: tuple[Participant, ...]
    ) -> list[Record]:
        """A thread, one mail after the other, in turns."""
        subject = self.sentence(phrases.SUBJECTS)
        me = team.NAMES[self.person.owner][0]
        comes_in = self.chance.random() < 0.5
        records = []
        for number, at in enumerate(times):
            pool = phrases.WROTE_IN if comes_in else phrases.WROTE_OUT
            mail = Mail(
                message_id=_message_id(thread, number),
                thread_id=_message_id(thread, 0),
                in_reply_to=_message_id(thread, number - 1) if number else None,
                direction=Direction.INCOMING if comes_in else Direction.OUTGOING,
            )
            said = Said(
                subject=f"Re: {subject}" if number else subject, notes=self.sentence(pool, me)
            )
            records.append(
                Record(
                    kind=Kind.EMAIL,
                    word=Kind.EMAIL.value,
                    when=When(at=at),
                    said=said,
                    people=People(participants=cc),
                    mail=mail,
                )
            )
            comes_in = not comes_in
        return records

    def appointment(self, at: datetime) -> Appointment:
        chance = self.chance
        return Appointment(
            scheduled_at=at,
            location=self.sentence(phrases.PLACES),
            purpose=self.sentence(phrases.PURPOSES),
            agenda_items=tuple(chance.sample(phrases.AGENDA, chance.choice((0, 2, 3, 4)))),
            preparation_notes=chance.choice(phrases.NEXT) if chance.random() < 0.4 else None,
            calendar_synced=chance.random() < 0.3,
        )

    def outcome(self, held_at: datetime) -> Outcome:
        chance = self.chance
        names = (self.person.details.name, " ".join(team.NAMES[self.person.owner]))
        return Outcome(
            held_at=held_at,
            attendees=names,
            duration=self._minutes() * 60,
            topics_covered=tuple(chance.sample(phrases.TOPICS, 2)),
            outcomes=self.sentence(phrases.TALKED),
            action_items=tuple(chance.sample(phrases.NEXT, chance.choice((1, 2)))),
            next_steps=chance.choice(phrases.NEXT),
            relationship_impact=chance.choice(phrases.IMPACT),
        )

    def _mood(self) -> Sentiment:
        unhappy = self.person.course in (Course.GONE, Course.LOST)
        weights = (2, 5, 3) if unhappy else (5, 6, 1)
        return self.chance.choices(
            (Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE), weights
        )[0]

    def _rapport(self, mood: Sentiment) -> Rapport:
        chance = self.chance
        middle = {Sentiment.POSITIVE: 8, Sentiment.NEUTRAL: 6, Sentiment.NEGATIVE: 4}[mood]
        tactics = chance.sample(TACTICS, chance.choice((0, 1, 1, 2)))
        return Rapport(
            score=middle + chance.choice((-1, 0, 0, 1, 2)),
            non_verbal=chance.choice(phrases.NON_VERBAL) if chance.random() < 0.5 else None,
            tactics=tuple(
                TacticUse(
                    tactic_id=UUID(row[0]),
                    effectiveness=max(1, min(5, middle // 2 + chance.choice((-1, 0, 1)))),
                )
                for row in tactics
            ),
        )

    def _minutes(self) -> int:
        return self.chance.choice((10, 15, 20, 30, 30, 45, 60, 75, 90))

    def _somewhere(self) -> str | None:
        place = self.chance.choice(phrases.LOCATIONS)
        return place and place.format(business=self.person.business)

    def _tags(self) -> tuple[str, ...]:
        return (self.chance.choice(phrases.TOPICS),) if self.chance.random() < 0.3 else ()


def _message_id(thread: str, number: int) -> str:
    return f"{thread}.{number}@{team.DOMAIN}"
