"""Bodies and answers about services and what is asked about their deliveries."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import to_json

from api.contracts.tracking.types import Body, Lines, Name, Text
from api.http.models import Shown
from domain.changes import Fields
from domain.errors import Invalid
from domain.service import NEW, Offer, Program, Question
from projections.catalogue.services import ServiceRow, document_of

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class QuestionBody(Body):
    """A question. Without an `id` it is a new one; `options` are those of a select."""

    id: Number | None = None
    type: Literal["text", "number", "boolean", "select", "date"]
    label: Name
    options: Lines | None = None


def _questions(asked: list[QuestionBody]) -> tuple[Question, ...]:
    return tuple(Question(**{"id": NEW} | body.fields_of(Question)) for body in asked)


Questions = Annotated[list[QuestionBody], Field(max_length=200), AfterValidator(_questions)]


class ServiceChanges(Body):
    """The fields to change; one that is left out stays. Of a built-in service only `hidden` is the
    tenant's to say. A `programName` that isn't known yet makes a new program."""

    read_only: ClassVar[frozenset[str]] = frozenset({"id", "builtIn"})

    name: Name = Field(default="", alias="serviceName")
    description: Text | None = Field(default=None, alias="serviceDescription")
    program_id: Number | None = None
    program_name: Name | None = None
    active: bool = Field(default=True, alias="isActive")
    questions: Questions = Field(default=[], alias="customQuestions")
    hidden: bool = False

    def program(self, known: Iterable[ServiceRow]) -> Program | None:
        """The program it names, by id or by name, None if it names none. Raises Invalid."""
        programs = {program.id: program for program in (row.offered.program for row in known)}
        if self.program_id is None:
            if self.program_name is None:
                return None
            by_name = {program.name: program for program in programs.values()}
            return by_name.get(self.program_name) or Program(id=NEW, name=self.program_name)
        named = programs.get(self.program_id)
        if named is None:
            raise Invalid("There is no such program", code="unknown_program", field="program")
        if self.program_name not in (None, named.name):
            raise Invalid(
                "The program of this id has another name; give one of the two",
                code="program_mismatch",
                field="program",
            )
        return named

    @property
    def is_about_the_offer(self) -> bool:
        return bool(self.model_fields_set - {"hidden"})

    def fields(self, program: Program | None) -> Fields:
        """The fields of the offer that are set."""
        fields = self.fields_of(Offer)
        return fields | {"program": program} if program else fields


class NewService(ServiceChanges):
    """A service of the tenant's own, under one of its programs or a new one."""

    read_only: ClassVar[frozenset[str]] = frozenset({"id", "builtIn", "hidden"})

    name: Name = Field(alias="serviceName")

    def offer(self, program: Program | None) -> Offer:
        if program is None:
            raise Invalid("A program is required", code="program_required", field="program")
        return Offer(**self.fields_of(Offer), program=program)


class QuestionShown(Shown):
    id: int
    type: Literal["text", "number", "boolean", "select", "date"]
    label: str
    options: list[str] | None = None


class ServiceShown(Shown):
    id: int
    serviceName: str
    serviceDescription: str | None
    programId: int
    programName: str
    isActive: bool
    customQuestions: list[QuestionShown]
    builtIn: bool
    hidden: bool


class ServicesShown(Shown):
    """The built-in services and the tenant's own, by their numbers."""

    items: list[ServiceShown]


def service_json(row: ServiceRow) -> str:
    own = {"builtIn": row.built_in, "hidden": row.hidden}
    return to_json(document_of(row) | own).decode()
