"""Commands about interactions, one handler each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from application.work import Work
from domain.answers import check_delivery
from domain.errors import Invalid
from domain.event import Value
from domain.interaction import Interaction
from domain.record import Record
from domain.redaction import is_hidden, keep_hidden, redacted
from domain.service import Offer
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class LogInteraction:
    """`may_plan` is whether the contract it came through knows records of the future. `offers` are
    the services there are now, where it has to be one of them."""

    record: Record
    contact_id: UUID | None = None
    may_plan: bool = False
    offers: Mapping[int, Offer] | None = None


@dataclass(frozen=True, slots=True)
class AmendInteraction:
    """`revise` makes the new record from the old one, so that what it doesn't know stays.

    `contact_id` is the contact the caller names, if any: a record's contact can't be changed.
    `open_tags` are the restricted tags the caller could see through: without all of the record's,
    what is revised is its redacted view. `permitted_tags` are those they might have opened; without
    all of the record's, nothing hidden can be set. `offers` are the services there are now, where a
    new one has to be one of them.
    """

    interaction_id: UUID
    revise: Callable[[Record], Record]
    contact_id: UUID | None = None
    may_plan: bool = False
    open_tags: tuple[str, ...] = ()
    permitted_tags: tuple[str, ...] = ()
    offers: Mapping[int, Offer] | None = None


@dataclass(frozen=True, slots=True)
class DeleteInteraction:
    interaction_id: UUID


async def log_interaction(work: Work, command: LogInteraction) -> StreamName:
    if command.contact_id is not None:
        await work.contact(command.contact_id)
    if command.offers is not None:
        check_delivery(command.record.service, command.offers)
    events = Interaction.log(
        await work.number(Interaction.kind),
        command.contact_id,
        command.record,
        work.now,
        may_plan=command.may_plan,
    )
    return work.begin(Interaction.kind, work.new_id(Interaction.kind), events)


async def amend_interaction(work: Work, command: AmendInteraction) -> StreamName:
    interaction = await work.interaction(command.interaction_id)
    work.check_version(interaction)
    if command.contact_id not in (None, interaction.state.contact_id):
        raise Invalid(
            "A record's contact can't be changed", code="contact_fixed", field="contact_id"
        )
    old = interaction.state.record
    if is_hidden(old, command.open_tags):
        may_set = not is_hidden(old, command.permitted_tags)
        record = keep_hidden(old, command.revise(redacted(old)), may_set=may_set)
    else:
        record = command.revise(old)
    if command.offers is not None and not _same(record.service, old.service):
        check_delivery(record.service, command.offers)
    events = interaction.state.amend(record, work.now, may_plan=command.may_plan)
    return work.go_on(interaction, events)


def _same(one: Value, other: Value) -> bool:
    """Whether they are the same in writing: to Python, true and 1 are."""
    return one.model_dump_json() == other.model_dump_json()


async def delete_interaction(work: Work, command: DeleteInteraction) -> StreamName:
    interaction = await work.interaction(command.interaction_id)
    work.check_version(interaction)
    return work.go_on(interaction, interaction.state.delete())
