"""The record that a path or a body names by its UUID or its number."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from api.http.call import Call
from domain.errors import NotFound
from projections.contacts import queries as contact_list
from projections.paging import Fetch
from projections.timeline import queries as interaction_list

R = TypeVar("R")

LARGEST = 2**63 - 1
NOBODY = UUID(int=0)
"""No record's id."""


def present(record: R | None, kind: str) -> R:
    """The record of this kind that a query found. Raises NotFound for None."""
    if record is None:
        raise NotFound(f"{kind} not found", code=f"{kind.lower()}_not_found")
    return record


async def contact(call: Call, reference: str, *, removed: bool = False) -> contact_list.Named:
    """The contact. Raises NotFound, also for one that was removed unless `removed` is True."""
    name = as_uuid(reference) or as_number(reference)
    found = name and await contact_list.named(call.fetch, call.tenant, name)
    return present(found if found and (removed or not found.removed) else None, "Contact")


async def contact_id(call: Call, reference: str) -> UUID:
    """Raises NotFound. Only a number is looked up; a UUID may be no contact's."""
    return present(await _id(call, reference, contact_list.id_of), "Contact")


async def named_contact(call: Call, name: UUID | int) -> UUID:
    """The contact that a body names by its UUID or its number. Raises NotFound."""
    return name if isinstance(name, UUID) else await contact_id(call, str(name))


async def same_contact(call: Call, name: UUID | int | None) -> UUID | None:
    """The contact that a body names for a record that has one, None if it names none. For a contact
    that doesn't exist, NOBODY, which is refused like any other that isn't the record's."""
    try:
        return None if name is None else await named_contact(call, name)
    except NotFound:
        return NOBODY


async def interaction(
    call: Call, reference: str, contact_id: UUID | None = None
) -> tuple[UUID, str, int]:
    """The interaction: its id, its document as the caller may see it, and the position of its last
    event. Raises NotFound, also for one that isn't in the timeline of this contact."""
    identity = await interaction_id(call, reference)
    fetch, opened = call.fetch, call.open_tags
    found = await interaction_list.one(fetch, call.tenant, identity, opened, contact_id)
    return identity, *present(found, "Interaction")


async def interaction_id(call: Call, reference: str) -> UUID:
    """Raises NotFound. Only a number is looked up; a UUID may be no interaction's."""
    return present(await _id(call, reference, interaction_list.id_of), "Interaction")


async def _id(
    call: Call, reference: str, id_of: Callable[[Fetch, str, int], Awaitable[UUID | None]]
) -> UUID | None:
    if (identity := as_uuid(reference)) is not None:
        return identity
    number = as_number(reference)
    return await id_of(call.fetch, call.tenant, number) if number else None


def meeting_id(reference: str) -> UUID:
    """Raises NotFound. Meetings have no numbers."""
    return present(as_uuid(reference), "Meeting")


def as_uuid(reference: str) -> UUID | None:
    if len(reference) != 36:
        return None
    try:
        return UUID(reference)
    except ValueError:
        return None


def as_number(reference: str) -> int | None:
    if not (reference.isascii() and reference.isdecimal()) or len(reference) > 19:
        return None
    number = int(reference)
    return number if 0 < number <= LARGEST else None
