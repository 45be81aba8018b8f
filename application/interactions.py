"""Commands about interactions, one handler each."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from application.catalogue import check_offered
from application.work import Work
from domain.amendment import amended
from domain.answers import check_delivery
from domain.changes import Fields, patched
from domain.errors import Invalid, NotFound
from domain.event import Value
from domain.interaction import Interaction
from domain.record import Record
from domain.redaction import is_hidden, keep_hidden, redacted
from domain.service import Offer
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class LogInteraction:
    """`may_plan` is True for a contract with records of the future. `now` is True if the record's
    instant is that of the decision, whatever its `when` holds. `offers` are the services offered,
    where the record's has to be one of them.
    """

    record: Record
    contact_id: UUID | None = None
    may_plan: bool = False
    now: bool = False
    offers: Mapping[int, Offer] | None = None


@dataclass(frozen=True, slots=True)
class AmendInteraction:
    """`fields` are set by the rules of domain.amendment; all others stay.

    `contact_id` is the contact the caller names, if any: a record's contact can't be changed.
    Unless all of the record's restricted tags are among `open_tags`, its redacted view is amended;
    unless they are among `permitted_tags`, nothing hidden can be set. `offers` are the services
    offered, where a new one has to be one of them.
    """

    interaction_id: UUID
    fields: Fields
    contact_id: UUID | None = None
    may_plan: bool = False
    open_tags: tuple[str, ...] = ()
    permitted_tags: tuple[str, ...] = ()
    offers: Mapping[int, Offer] | None = None


@dataclass(frozen=True, slots=True)
class DeleteInteraction:
    interaction_id: UUID


@dataclass(frozen=True, slots=True)
class ImportInteraction:
    """A record of a mail is tracked, any other logged. One that is there already stays as it is."""

    interaction_id: UUID
    contact_id: UUID | None
    record: Record
    may_plan: bool = False


async def log_interaction(work: Work, command: LogInteraction) -> StreamName:
    if command.contact_id is not None:
        await work.contact(command.contact_id)
    record = patched(command.record, {"when.at": work.now}) if command.now else command.record
    if command.offers is not None:
        check_delivery(record.service, command.offers)
    number = await work.number(Interaction.kind)
    events = Interaction.log(
        number, command.contact_id, record, work.now, may_plan=command.may_plan
    )
    return work.begin(Interaction.kind, work.new_id(Interaction.kind), events)


async def log_own_interaction(work: Work, command: LogInteraction) -> StreamName:
    """Log an interaction with a contact of the caller's own, with tactics on offer (the rapport
    document). Raises NotFound for anybody else's contact, Invalid for a tactic not on offer."""
    assert command.contact_id is not None
    contact = await work.contact(command.contact_id)
    if contact.state.owner_id != work.user:
        raise NotFound("Contact not found", code="contact_not_found", field="contact_id")
    await check_offered(work, (use.tactic_id for use in command.record.rapport.tactics))
    return await log_interaction(work, command)


async def amend_interaction(work: Work, command: AmendInteraction) -> StreamName:
    interaction = work.checked(await work.interaction(command.interaction_id))
    if command.contact_id not in (None, interaction.state.contact_id):
        raise Invalid(
            "A record's contact can't be changed", code="contact_fixed", field="contact_id"
        )
    old = interaction.state.record
    if is_hidden(old, command.open_tags):
        may_set = not is_hidden(old, command.permitted_tags)
        record = keep_hidden(old, amended(redacted(old), command.fields), may_set=may_set)
    else:
        record = amended(old, command.fields)
    if command.offers is not None and not _same(record.service, old.service):
        check_delivery(record.service, command.offers)
    events = interaction.state.amend(record, work.now, may_plan=command.may_plan)
    return work.append_to(interaction, events)


def _same(one: Value, other: Value) -> bool:
    """True if both have the same JSON. To Python, true and 1 are equal."""
    return one.model_dump_json() == other.model_dump_json()


async def delete_interaction(work: Work, command: DeleteInteraction) -> StreamName:
    interaction = work.checked(await work.interaction(command.interaction_id))
    return work.append_to(interaction, interaction.state.delete())


async def import_interaction(work: Work, command: ImportInteraction) -> StreamName:
    if known := await work.load(Interaction.kind, command.interaction_id):
        return known.stream
    if command.contact_id is not None:
        await work.contact(command.contact_id)
    number = await work.number(Interaction.kind)
    if command.record.mail is not None:
        events = Interaction.track(number, command.contact_id, command.record, work.now)
    else:
        events = Interaction.log(
            number, command.contact_id, command.record, work.now, may_plan=command.may_plan
        )
    return work.begin(Interaction.kind, command.interaction_id, events)
