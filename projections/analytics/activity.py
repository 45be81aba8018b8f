"""Daily sums of interactions, durations and sentiments, for the analytics.

A row per tenant, contact, UTC day and kind; those of the contact NOBODY are the sums of the whole
tenant. Planned interactions aren't in here: a query decides if their time has come. Durations and
sentiments of records with restricted tags are left out, because a sum would tell them.
"""

from collections.abc import Iterator

from application.entity import Entity
from domain.interaction import Interaction
from domain.kinds import Sentiment
from domain.redaction import redacted
from projections.analytics.sums import NOBODY, summing
from projections.read_model import Add, ReadModel


def _sums(tenant: str, entity: Entity[Interaction], sign: int) -> Iterator[Add]:
    state = entity.state
    record = state.record
    if state.deleted or record.when.at > entity.changed.time:
        return
    seen = redacted(record) if record.labels.restricted else record
    seconds, sentiment = seen.when.seconds, seen.said.sentiment
    amounts = (
        sign,
        0 if seconds is None else sign,
        0 if seconds is None else sign * seconds,
        sign * (sentiment == Sentiment.POSITIVE),
        sign * (sentiment == Sentiment.NEUTRAL),
        sign * (sentiment == Sentiment.NEGATIVE),
    )
    day = record.when.at.date()
    for contact_id in {NOBODY, *state.contacts}:
        yield Add((tenant, contact_id, day, record.kind), amounts)


ACTIVITY = ReadModel(
    name="activity",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "contact_id": "uuid NOT NULL",
        "day": "date NOT NULL",
        "kind": "text NOT NULL",
        "interactions": "bigint NOT NULL",
        "timed": "bigint NOT NULL",
        "seconds": "bigint NOT NULL",
        "positive": "bigint NOT NULL",
        "neutral": "bigint NOT NULL",
        "negative": "bigint NOT NULL",
    },
    key=("tenant", "contact_id", "day", "kind"),
    sums=("interactions", "timed", "seconds", "positive", "neutral", "negative"),
    project=summing(_sums),
    with_append=False,
)
