"""Logging for callers who know only their own contacts, with the tactics used (the rapport
document).

The interaction and its tactics are one record, so one append holds them all or nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from application.interactions import LogInteraction, log_interaction
from application.tactics import check_offered
from application.work import Work
from domain.errors import NotFound
from domain.record import Record
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class LogOwnInteraction:
    contact_id: UUID
    record: Record


async def log_own_interaction(work: Work, command: LogOwnInteraction) -> StreamName:
    contact = await work.contact(command.contact_id)
    if contact.state.owner_id != work.user:
        raise NotFound("Contact not found", code="contact_not_found", field="contact_id")
    await check_offered(work, (use.tactic_id for use in command.record.rapport.tactics))
    return await log_interaction(work, LogInteraction(command.record, command.contact_id))
