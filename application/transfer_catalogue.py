"""Commands that bring in what a tenant elsewhere added to the catalogues, or hid of them.

A tactic keeps its id. A service gets a number of this ledger, and so do its questions; records
that come in with it are renumbered. What is there already stays as it is.
"""

from dataclasses import dataclass, field
from uuid import UUID

from application.services import ChangeService, change_service, numbered
from application.tactics import ChangeTactic, change_tactic
from application.work import Work
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.record import Record
from domain.service import NEW, Offer, Service
from domain.streams import StreamName
from domain.tactic import BUILT_IN, Guidance, Tactic


@dataclass(slots=True)
class Renumbering:
    """By the numbers of the ledger that things come from, those that they have here."""

    services: dict[int, int] = field(default_factory=dict)
    questions: dict[int, int] = field(default_factory=dict)

    def learn(self, number: int, there: Offer, service: Service) -> None:
        """A service that was brought in. Questions that were put differently since have none."""
        self.services[number] = service.number
        here = {(asked.label, asked.type): asked.id for asked in service.own().questions}
        for asked in there.questions:
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
    """`number` is the one that it had, None if it had none yet; `learnt` hears which it gets."""

    service_id: UUID
    number: int | None
    offer: Offer
    hidden: bool
    learnt: Renumbering


async def import_tactic(work: Work, command: ImportTactic) -> StreamName:
    if known := await work.load(Tactic.kind, command.tactic_id):
        return known.stream
    guidance = command.guidance
    if command.tactic_id in BUILT_IN:
        change = ChangeTactic(command.tactic_id, lambda _: guidance, command.hidden)
        return await change_tactic(work, change)
    events = Tactic.add(command.tactic_id, guidance)
    if command.hidden:
        events += Tactic.evolve(None, events[0]).hide()
    return work.begin(Tactic.kind, command.tactic_id, events)


async def import_service(work: Work, command: ImportService) -> StreamName:
    if command.number in BUILT_IN_SERVICES:
        if known := await work.load(Service.kind, command.service_id):
            return known.stream
        return await change_service(work, ChangeService(command.service_id, hidden=command.hidden))
    known = await work.load(Service.kind, command.service_id)
    if known is not None:
        service, stream = known.state, known.stream
    else:
        new = [asked.model_copy(update={"id": NEW}) for asked in command.offer.questions]
        offer = command.offer.model_copy(update={"questions": tuple(new)})
        number = await work.number(Service.kind)
        events = Service.add(number, await numbered(work, offer))
        service = Service.evolve(None, events[0])
        if command.hidden:
            events += service.hide()
        stream = work.begin(Service.kind, command.service_id, events)
    if command.number is not None:
        command.learnt.learn(command.number, command.offer, service)
    return stream
