"""Commands that import what a tenant of another ledger added to the catalogue, or hid of it.

A tactic keeps its id. A service gets a number of this ledger, and so do its questions; records that
are imported with it are renumbered. Entries that are there already stay as they are.
"""

from dataclasses import dataclass, field
from uuid import UUID

from application.catalogue import (
    ChangeService,
    ChangeTactic,
    change_service,
    change_tactic,
    numbered,
)
from application.work import Work
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.changes import patched
from domain.record import Record
from domain.service import NEW, Offer, Service
from domain.streams import StreamName
from domain.tactic import BUILT_IN, Guidance, Tactic


@dataclass(slots=True)
class Renumbering:
    """The numbers that imported services and questions have here, by their numbers in the ledger
    they come from."""

    services: dict[int, int] = field(default_factory=dict)
    questions: dict[int, int] = field(default_factory=dict)

    def learn(self, imported: "ImportService", service: Service) -> None:
        """Note the numbers of a service that was imported. A question that was reworded since has
        none; built-in services keep theirs."""
        if imported.number is None or service.offer is None:
            return
        self.services[imported.number] = service.number
        here = {(asked.label, asked.type): asked.id for asked in service.offer.questions}
        for asked in imported.offer.questions:
            known = here.get((asked.label, asked.type))
            if known is not None:
                self.questions[asked.id] = known

    def renumbered(self, record: Record) -> Record:
        service = record.service
        number = self.services.get(service.service_id or NEW)
        if number is None:
            return record
        answers = tuple(
            answer.model_copy(
                update={"question_id": self.questions.get(answer.question_id, answer.question_id)}
            )
            for answer in service.answers
        )
        update = {"service_id": number, "answers": answers}
        return record.model_copy(update={"service": service.model_copy(update=update)})


@dataclass(frozen=True, slots=True)
class ImportTactic:
    tactic_id: UUID
    guidance: Guidance
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ImportService:
    """`number` is the one it had in the ledger it comes from, None if it had none."""

    service_id: UUID
    number: int | None
    offer: Offer
    hidden: bool


async def import_tactic(work: Work, command: ImportTactic) -> StreamName:
    if known := await work.load(Tactic.kind, command.tactic_id):
        return known.stream
    if command.tactic_id in BUILT_IN:
        change = ChangeTactic(command.tactic_id, dict(command.guidance), command.hidden)
        return await change_tactic(work, change)
    events = Tactic.add(command.tactic_id, command.guidance)
    if command.hidden:
        events += Tactic.evolve(None, events[0]).hide()
    return work.begin(Tactic.kind, command.tactic_id, events)


async def import_service(work: Work, command: ImportService) -> StreamName:
    if known := await work.load(Service.kind, command.service_id):
        return known.stream
    if command.number in BUILT_IN_SERVICES:
        return await change_service(work, ChangeService(command.service_id, hidden=command.hidden))
    new = [asked.model_copy(update={"id": NEW}) for asked in command.offer.questions]
    offer = await numbered(work, patched(command.offer, {"questions": tuple(new)}))
    events = Service.add(await work.number(Service.kind), offer)
    if command.hidden:
        events += Service.evolve(None, events[0]).hide()
    return work.begin(Service.kind, command.service_id, events)
