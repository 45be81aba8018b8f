"""Daily sums of interactions and of the tactics used in them, for the analytics.

A row per tenant, contact, UTC day, and kind or tactic; those of the contact NOBODY are the sums of
the whole tenant. Planned interactions aren't in `activity`: a query decides if their time has come.
Durations, sentiments and tactics of records with restricted tags are left out, because a sum would
tell them.
"""

from collections.abc import Callable, Iterator
from operator import neg
from uuid import UUID

from application.entity import Entity
from domain.interaction import Interaction
from domain.kinds import Sentiment
from domain.redaction import redacted
from projections.read_model import Add, ReadModel, Step

NOBODY = UUID(int=0)
"""The contact under which the sums of a whole tenant stand."""

Amounts = Iterator[tuple[UUID, object, tuple[int, ...]]]
"""Those of an interaction: the contact, the kind or tactic, and an amount for each sum."""


def daily_sums(
    name: str,
    of: str,
    sql_type: str,
    sums: tuple[str, ...],
    amounts: Callable[[Entity[Interaction]], Amounts],
) -> ReadModel:
    """A read model of sums by contact, day and the column `of`. A step subtracts the amounts of
    the interaction before it and adds those of the one after it."""

    def signed(tenant: str, entity: Entity[Interaction], sign: int) -> Iterator[Add]:
        if entity.state.deleted:
            return
        day = entity.state.record.when.at.date()
        for contact_id, each, amount in amounts(entity):
            signed_amount = amount if sign > 0 else tuple(map(neg, amount))
            yield Add((tenant, contact_id, day, each), signed_amount)

    def project(step: Step) -> Iterator[Add]:
        if step.before is not None:
            yield from signed(step.tenant, step.before, -1)
        yield from signed(step.tenant, step.after, +1)

    key = {
        "tenant": 'text COLLATE "C" NOT NULL',
        "contact_id": "uuid NOT NULL",
        "day": "date NOT NULL",
        of: f"{sql_type} NOT NULL",
    }
    return ReadModel(
        name=name,
        kinds=frozenset({Interaction.kind}),
        columns=key | dict.fromkeys(sums, "bigint NOT NULL"),
        key=tuple(key),
        sums=sums,
        project=project,
        with_append=False,
    )


def _activity(entity: Entity[Interaction]) -> Amounts:
    record = entity.state.record
    if record.when.at > entity.changed.time:
        return
    seen = redacted(record) if record.labels.restricted else record
    seconds, sentiment = seen.when.seconds, seen.said.sentiment
    sentiments = (Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE)
    counts = (int(sentiment == each) for each in sentiments)
    amounts = (1, int(seconds is not None), seconds or 0, *counts)
    for contact_id in {NOBODY, *entity.state.contacts}:
        yield contact_id, record.kind, amounts


ACTIVITY = daily_sums(
    "activity",
    "kind",
    "text",
    ("interactions", "timed", "seconds", "positive", "neutral", "negative"),
    _activity,
)


def _tactic_use(entity: Entity[Interaction]) -> Amounts:
    state = entity.state
    if state.record.labels.restricted:
        return
    for use in state.record.rapport.tactics:
        amounts = (1, int(use.effectiveness is not None), use.effectiveness or 0)
        for contact_id in (NOBODY, state.contact_id):
            if contact_id is not None:
                yield contact_id, use.tactic_id, amounts


TACTIC_USE = daily_sums(
    "tactic_use", "tactic_id", "uuid", ("uses", "scored", "effectiveness"), _tactic_use
)
"""The use of each rapport tactic, and its effectiveness (the rapport document)."""
