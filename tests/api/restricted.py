"""Records with restricted tags, written straight into the ledger of a running kith."""

import asyncio
from uuid import UUID

from application.context import Caller, Principal
from application.interactions import LogInteraction, log_interaction
from application.ports import Answer
from domain.record import Record
from tests.api.running import Service


def log_restricted(service: Service, tenant: str, contact: str, record: Record, *tags: str) -> str:
    """The id of an interaction whose content these tags restrict."""
    labels = record.labels.model_copy(update={"restricted": tags})
    return write(service, tenant, record.model_copy(update={"labels": labels}), UUID(contact))


def write(service: Service, tenant: str, record: Record, contact: UUID | None = None) -> str:
    """The id of an interaction with just this record."""
    caller = Caller(Principal(user="5", name="John Smith", tenant=tenant), "tests", "req-1")
    answer = service.services.system.ledger.carry_out(
        caller,
        log_interaction,
        LogInteraction(record, contact),
        lambda entity: Answer(201, (), str(entity.id)),
    )
    return asyncio.run_coroutine_threadsafe(answer, service.loop).result(10).body
