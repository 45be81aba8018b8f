"""The participants of an interaction who are contacts: each has to be one of the tenant's."""

from uuid import UUID

from pydantic_core import from_json

from api.contracts.tracking.interaction_schemas import NewInteraction
from api.http.call import Call
from api.http.problem import MOST_FAULTS, Fault, unprocessable
from api.http.records import present
from projections.contacts import queries as contact_list
from projections.timeline import queries as interaction_list

NO_SUCH_CONTACT = "There is no contact with this id."


async def check_participants(
    call: Call, body: NewInteraction, interaction_id: UUID | None = None
) -> None:
    """Raises a 422 for participants that name no contact, or one that was removed; unless the
    interaction has them already, as the caller sees it. Raises NotFound for an interaction that
    doesn't exist."""
    named = {place: one.contact_id for place, one in enumerate(body.participants or ())}
    ids = set(filter(None, named.values()))
    if not ids:
        return
    ids -= await contact_list.present(call.fetch, call.tenant, ids)
    if ids and interaction_id is not None:
        ids -= await _recorded(call, interaction_id)
    faults = tuple(
        Fault(("body", "participants", place, "contactId"), "contact_not_found", NO_SUCH_CONTACT)
        for place, identity in named.items()
        if identity in ids
    )
    if faults:
        raise unprocessable(faults[:MOST_FAULTS])


async def _recorded(call: Call, interaction_id: UUID) -> set[UUID]:
    """The contacts that are among the participants already."""
    found = await interaction_list.one(call.fetch, call.tenant, interaction_id, call.open_tags)
    document, _ = present(found, "Interaction")
    participants = from_json(document).get("participants", ())
    ids = (one.get("contactId") for one in participants if isinstance(one, dict))
    return {UUID(identity) for identity in ids if identity}
