"""Lines of an import, parsed to commands or refused with a reason."""

from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import to_json

from api.http.body import MalformedJson, parse
from api.transfer.catalogue_line import ServiceLine, TacticLine
from api.transfer.contact_line import ContactLine
from api.transfer.interaction_line import InteractionLine
from api.transfer.meeting_line import MeetingLine
from application.catalogue import ImportService, ImportTactic, import_service, import_tactic
from application.contacts import ImportContact, import_contact
from application.interactions import ImportInteraction, import_interaction
from application.ledger import Handler
from application.meetings import ImportMeeting, import_meeting
from application.work import imported_id

Command = ImportContact | ImportInteraction | ImportMeeting | ImportService | ImportTactic


class Kind(NamedTuple):
    """A type of line. The others may refer to the records of one that is `ground`."""

    line: type[ContactLine | InteractionLine | MeetingLine | ServiceLine | TacticLine]
    handler: Handler[Any]
    ground: bool = False


KINDS = {
    "contact": Kind(ContactLine, import_contact, ground=True),
    "interaction": Kind(InteractionLine, import_interaction),
    "meeting": Kind(MeetingLine, import_meeting),
    "service": Kind(ServiceLine, import_service, ground=True),
    "tactic": Kind(TacticLine, import_tactic, ground=True),
}

REDACTED = (
    "Its content was left out of the export because of restricted tags; "
    "export it with --tags to import it."
)
"""A record imported without its content could never get it: a later import would skip it."""


class BadLine(ValueError):
    """The line is refused; the text is the reason, for people."""


def command_of(line: bytes, tenant: str) -> tuple[str, Command]:
    """The type of a line, and its command. Raises BadLine."""
    try:
        value = parse(line)
    except MalformedJson as error:
        raise BadLine(str(error).replace("body", "line")) from None
    if not isinstance(value, dict):
        raise BadLine('It isn\'t an object such as {"type": "contact", "name": "Ann"}.')
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadLine("Its type is none of contact, interaction, meeting, service and tactic.")
    try:
        read, own_id = KINDS[kind].line.model_validate(value), _own_id(value, tenant)
        if value.get("redacted") is True:
            raise BadLine(REDACTED)
        return kind, read.command(own_id)
    except ValidationError as error:
        raise BadLine(reason_of(error)) from None


def _own_id(value: dict[str, Any], tenant: str) -> UUID:
    """The id for a line without one, made of its content: the same line is the same record."""
    return imported_id(tenant, to_json(dict(sorted(value.items()))).decode())


def reason_of(error: ValidationError) -> str:
    """The errors of a line, one sentence for each key."""
    reasons: dict[str, None] = {}
    for details in error.errors(include_url=False, include_input=False):
        # Participants are names or objects; the path has a part for the choice.
        where = ".".join(str(part) for part in details["loc"] if str(part) != "constrained-str")
        match details["type"]:
            case "extra_forbidden":
                what = "it isn't a key that is known here"
            case "missing":
                what = "it is missing"
            case "value_error":
                what = str(details["ctx"]["error"])
            case _:
                what = details["msg"]
        reasons[f"{where}: {what.rstrip('.')}"] = None
    return "; ".join(reasons)
