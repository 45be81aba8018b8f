"""A tactic or a service as a line, with the API's keys; and the numbers that services get here."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from api.contracts.tracking.service_schemas import NewService, Number
from api.contracts.tracking.tactic_schemas import NewTactic
from api.contracts.tracking.types import Id, Name
from application.catalogue import ImportService, ImportTactic
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.record import Record
from domain.service import NEW, Program, Service, built_in_id
from domain.tactic import Guidance

BUILT_IN_PROGRAMS = {offer.program.name: offer.program for offer in BUILT_IN_SERVICES.values()}


class TacticLine(NewTactic):
    read_only: ClassVar[frozenset[str]] = frozenset({"type", "builtIn", "createdAt", "updatedAt"})

    id: Id | None = None
    hidden: bool = False

    def command(self, own_id: UUID) -> ImportTactic:
        guidance = Guidance(**self.fields_of(Guidance))
        return ImportTactic(self.id or own_id, guidance, self.hidden)


class ServiceLine(NewService):
    """`id` is the number in the ledger that exported it, `uuid` its identity in every ledger."""

    read_only: ClassVar[frozenset[str]] = frozenset({"type", "builtIn"})

    uuid: Id | None = None
    id: Number | None = None
    program_name: Name

    def command(self, own_id: UUID) -> ImportService:
        identity = self.uuid or own_id
        if self.id is not None and self.id in BUILT_IN_SERVICES:
            identity = built_in_id(self.id)
        program = BUILT_IN_PROGRAMS.get(self.program_name)
        offer = self.offer(program or Program(id=NEW, name=self.program_name))
        return ImportService(identity, self.id, offer, self.hidden)


@dataclass(slots=True)
class Renumbering:
    """The numbers that imported services and questions have here, by their numbers in the ledger
    they come from."""

    services: dict[int, int] = field(default_factory=dict)
    questions: dict[int, int] = field(default_factory=dict)

    def learn(self, imported: ImportService, service: Service) -> None:
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
