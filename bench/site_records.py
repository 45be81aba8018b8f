"""Records of one site: a hundred words each, of a language where some words are rare.

The frequencies follow Zipf's law, as those of any language do, so that there are terms which one
record has and terms which most of them have.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice

from uuid_utils.compat import uuid7

from application.context import Principal
from application.ledger import actor_of
from application.ports import Change, Job
from domain.interaction import Interaction, InteractionLogged
from domain.record import People, Place, Record, Said, When
from domain.streams import StreamName
from projections.sites.fields import KINDS, TYPES

SITE = "1"
WORKER = Principal(user="1", name="Developer", number=1, tenant=SITE)
WORDS = 20_000
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
PER_CENT = (12, 9, 8, 7.5, 7, 6.7, 6.3, 6, 6, 4.2, 4, 2.8, 2.7, 2.4, 2.2, 2.3, 2, 2, 1, 1.5, 2)
PER_MILLE = (8, 2, 1, 2, 1)
BEGINNING = datetime(2020, 1, 1, 8, 0, tzinfo=UTC)
RECORDS_PER_JOB = 100


class Language:
    """The same number gives the same words."""

    def __init__(self, number: int = 1):
        self._chance = random.Random(number)
        frequency = [*PER_CENT, *(share / 10 for share in PER_MILLE)]
        self._words = [
            "".join(self._chance.choices(LETTERS, frequency, k=self._chance.randint(3, 11)))
            for _ in range(WORDS)
        ]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))

    def text(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=words))

    def term(self) -> str:
        """A term of three characters and more: a part of a word, or of two words."""
        text = self._chance.choice(self._words)
        if self._chance.random() < 0.3:
            text += f" {self.text(1)}"
        start = self._chance.randint(0, len(text) - 3)
        return text[start : start + self._chance.randint(3, 12)]

    def record(self) -> Record:
        word = self._chance.choice(TYPES)
        starts = BEGINNING + timedelta(seconds=self._chance.randrange(180_000_000))
        return Record(
            kind=KINDS[word],
            word=word,
            when=When(at=starts, zone="Europe/Berlin", ends_at=starts + timedelta(hours=1)),
            said=Said(
                subject=self.text(5).capitalize(), description=self.text(40), notes=self.text(45)
            ),
            place=Place(location=self.text(3)),
            people=People(lead=self.text(2).title()),
        )


def jobs(language: Language, size: int) -> Iterator[Job]:
    """Logs so many records, many at a time."""
    changes = (_change(language, number) for number in range(1_000_000, 1_000_000 + size))
    while taken := list(islice(changes, RECORDS_PER_JOB)):
        yield Job(actor_of(WORKER), "sites", "bench", taken)


def _change(language: Language, number: int) -> Change:
    record = language.record()
    event = InteractionLogged(number=number, record=record)
    stream = StreamName(SITE, Interaction.kind, uuid7())
    return Change(stream, None, [event], [Interaction(number, None, record)])
