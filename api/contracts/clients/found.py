"""Look-ups by path: a client, and an interaction of that client."""

from typing import NamedTuple
from uuid import UUID

from api.http.call import Call
from api.http.problem import Problem, Refused
from api.http.records import as_number, as_uuid
from domain.errors import NotFound
from projections.contacts import queries as contacts
from projections.timeline import entries, former_entries


class ClientInteraction(NamedTuple):
    """An interaction of a client: its `document` as the reader may see it, and the position of its
    last event."""

    client: contacts.Named
    id: UUID
    document: str
    position: int


async def client(call: Call, reference: str) -> contacts.Named:
    """The client, also one that was removed. Raises NotFound."""
    named = as_uuid(reference) or as_number(reference)
    found = named and await contacts.named(call.services.fetch, call.tenant, named)
    if not found:
        raise NotFound("Client not found", code="client_not_found")
    return found


async def present_client(call: Call, reference: str) -> contacts.Named:
    """The client. Raises NotFound, also for one that was removed."""
    found = await client(call, reference)
    if found.removed:
        raise NotFound("Client not found", code="client_not_found")
    return found


async def interaction(call: Call, client_reference: str, reference: str) -> ClientInteraction:
    """Raises NotFound, and a 400 for another client's interaction."""
    whose = await client(call, client_reference)
    named = as_uuid(reference) or as_number(reference)
    fetch, opened = call.services.fetch, call.open_tags
    found = named and await entries.named(fetch, call.tenant, named, whose.id, opened)
    if not found:
        raise NotFound("Interaction not found", code="interaction_not_found")
    if not found.is_contacts:
        raise refused("mismatch", "The interaction is another client's.")
    return ClientInteraction(whose, found.id, found.document, found.position)


async def interaction_to_delete(
    call: Call, client_reference: str, reference: str
) -> ClientInteraction:
    """Raises NotFound, and a 400 for one that is deleted already or another client's."""
    try:
        return await interaction(call, client_reference, reference)
    except NotFound:
        whose = await client(call, client_reference)
        named = as_uuid(reference) or as_number(reference)
        fetch = call.services.fetch
        if named and await former_entries.has(fetch, call.tenant, whose.id, named):
            raise already_deleted() from None
        raise


def already_deleted() -> Refused:
    return refused("already_deleted", "The interaction is already deleted.")


def refused(code: str, sentence: str) -> Refused:
    return Refused(Problem(400, code, sentence))
