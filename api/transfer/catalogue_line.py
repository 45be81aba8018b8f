"""A tactic or a service as a line: the API's keys."""

from typing import ClassVar
from uuid import UUID

from api.contracts.tracking.service_schemas import NewService, Number
from api.contracts.tracking.tactic_schemas import NewTactic
from api.contracts.tracking.types import Id, Name
from application.transfer_catalogue import ImportService, ImportTactic
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.service import NEW, Program, built_in_id

BUILT_IN_PROGRAMS = {offer.program.name: offer.program for offer in BUILT_IN_SERVICES.values()}


class TacticLine(NewTactic):
    read_only: ClassVar[frozenset[str]] = frozenset({"type", "builtIn", "createdAt", "updatedAt"})

    id: Id | None = None
    hidden: bool = False

    def command(self, own_id: UUID) -> ImportTactic:
        return ImportTactic(self.id or own_id, self.guidance(), self.hidden)


class ServiceLine(NewService):
    """`id` is its number there; `uuid` is what it is known by wherever it is brought in."""

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
