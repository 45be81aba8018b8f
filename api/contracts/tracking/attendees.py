"""The attendees of a meeting, matched to contacts: by their ids, else by their mail addresses."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from pydantic_core import from_json

from api.contracts.tracking.meeting_schemas import Invited
from api.contracts.tracking.participants import NO_SUCH_CONTACT
from api.http.call import Call
from api.http.problem import MOST_FAULTS, Fault, unprocessable
from api.http.records import present
from application.mail import correspondent_id
from domain.appointment import Attendee
from domain.mail_address import normal
from projections.contacts import by_email
from projections.contacts import queries as contact_list
from projections.meetings import queries as meeting_list

NO_ONE = "An attendee has a name, an address or a contactId."
NO_ADDRESS = "An address is a mail address such as ann@example.com."


async def matched(
    call: Call, given: Sequence[Invited], meeting_id: UUID | None = None
) -> tuple[Attendee, ...]:
    """The attendees of a request, each with the contact it is. Those that the meeting has already,
    as the caller sees it, stay as they are. Raises a 422 for others that have nothing, an address
    that can't be one, or the id of no contact; NotFound for a meeting that doesn't exist."""
    people = [Attendee(**one.model_dump()) for one in given]
    recorded = set() if meeting_id is None else await _recorded(call, meeting_id)
    new = {place: one for place, one in enumerate(people) if one not in recorded}
    strangers = {one.contact_id for one in new.values() if one.contact_id}
    if strangers:
        strangers -= await contact_list.present(call.fetch, call.tenant, strangers)
    normal_forms = await normal_forms_of(one.address for one in new.values())
    faults = tuple(
        fault
        for place, one in new.items()
        for fault in _faults(place, one, strangers, normal_forms.get(one.address))
    )
    if faults:
        raise unprocessable(faults[:MOST_FAULTS])
    contacts = await _contacts(call, filter(None, normal_forms.values()))
    for place, one in new.items():
        address = normal_forms.get(one.address)
        if one.contact_id is None and address in contacts:
            people[place] = one.model_copy(update={"contact_id": contacts[address]})
    return tuple(people)


async def normal_forms_of(addresses: Iterable[str | None]) -> dict[str | None, str | None]:
    """The normal forms of addresses. One may take more than a millisecond, so that other requests
    have their turn between them."""
    found: dict[str | None, str | None] = {}
    for address in addresses:
        if address is not None and address not in found:
            found[address] = normal(address)
            await asyncio.sleep(0)
    return found


def _faults(
    place: int, one: Attendee, strangers: Collection[UUID], address: str | None
) -> Iterator[Fault]:
    where = ("body", "attendees", place)
    if not (one.name or "").strip() and one.address is None and one.contact_id is None:
        yield Fault(where, "attendee_empty", NO_ONE)
    if one.address is not None and address is None:
        yield Fault((*where, "address"), "address_invalid", NO_ADDRESS)
    if one.contact_id in strangers:
        yield Fault((*where, "contactId"), "contact_not_found", NO_SUCH_CONTACT)


async def _contacts(call: Call, addresses: Iterable[str]) -> dict[str, UUID]:
    """The contacts that are there, by the normal forms of their addresses."""
    ids = {address: correspondent_id(call.tenant, address) for address in addresses}
    found = await by_email.find(call.fetch, call.tenant, ids) if ids else {}
    return {address: one.id for address, one in found.items() if not one.removed}


async def _recorded(call: Call, meeting_id: UUID) -> set[Attendee]:
    """The attendees that the meeting has, invited or present."""
    found = await meeting_list.one(call.fetch, call.tenant, meeting_id, call.open_tags)
    document, _ = present(found, "Meeting")
    shown = from_json(document)
    people = (*shown.get("attendees", ()), *shown.get("invited", ()))
    return {
        Attendee(name=one) if isinstance(one, str) else Attendee.model_validate(one)
        for one in people
    }
