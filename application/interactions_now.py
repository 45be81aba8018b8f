"""Logging an interaction at the server's time (the relationships document)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.interactions import LogInteraction, log_interaction
from application.work import Work
from domain.record import Record
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class LogInteractionNow:
    """`record` makes the record once it is known when now is."""

    contact_id: UUID
    record: Callable[[datetime], Record]


async def log_interaction_now(work: Work, command: LogInteractionNow) -> StreamName:
    return await log_interaction(work, LogInteraction(command.record(work.now), command.contact_id))
