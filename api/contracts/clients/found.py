"""The look-up of an interaction of a client by path."""

from api.http import records
from api.http.call import Call
from api.http.problem import Problem, Refused
from domain.errors import NotFound
from projections.timeline import entries, former_entries


async def interaction(
    call: Call, client: str, reference: str, *, deleting: bool = False
) -> entries.Named:
    """Raises NotFound, and a 400 for another client's interaction. A deleted one isn't found; if
    `deleting` is True, this is a 400 of its own."""
    whose = (await records.contact(call, client, removed=True)).id
    name = records.as_uuid(reference) or records.as_number(reference)
    fetch = call.fetch
    found = name and await entries.named(fetch, call.tenant, name, whose, call.open_tags)
    if not found:
        if deleting and name and await former_entries.has(fetch, call.tenant, whose, name):
            raise already_deleted()
        raise NotFound("Interaction not found", code="interaction_not_found")
    if not found.is_contacts:
        raise _refused("mismatch", "The interaction is another client's.")
    return found


def already_deleted() -> Refused:
    return _refused("already_deleted", "The interaction is already deleted.")


def _refused(code: str, sentence: str) -> Refused:
    return Refused(Problem(400, code, sentence))
