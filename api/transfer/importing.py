"""Imports lines, many at once, and lists the refused ones."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, NamedTuple

from api.transfer.catalogue_line import Renumbering
from api.transfer.lines import BadLine, Command, command_of
from application.catalogue import ImportService, ImportTactic, import_service, import_tactic
from application.contacts import ImportContact, import_contact
from application.context import Caller
from application.interactions import ImportInteraction, import_interaction
from application.ledger import Handler, Ledger
from application.meetings import ImportMeeting, import_meeting
from domain.errors import NotFound, Refusal
from infrastructure.in_flight import InFlight

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a record with every text at its limit takes a tenth of that."""

BOM = b"\xef\xbb\xbf"

HANDLERS: dict[type, tuple[str, Handler[Any]]] = {
    ImportContact: ("contacts", import_contact),
    ImportInteraction: ("interactions", import_interaction),
    ImportMeeting: ("meetings", import_meeting),
    ImportService: ("services", import_service),
    ImportTactic: ("tactics", import_tactic),
}
GROUND = (ImportContact, ImportService, ImportTactic)
"""Commands whose effects the others may refer to."""


class Line(NamedTuple):
    """A line of a file and its number, from 1; `content` is None if it is longer than
    LONGEST_LINE."""

    number: int
    content: bytes | None


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """The lines of a file, without empty ones."""
    number = 0
    while piece := file.readline(LONGEST_LINE):
        number += 1
        if len(piece) == LONGEST_LINE and not piece.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, None)
            continue
        content = piece.strip()
        if number == 1:
            content = content.removeprefix(BOM)
        if content:
            yield Line(number, content)


@dataclass(slots=True)
class LineTally:
    """The results of an import so far; `refused` are line numbers and reasons."""

    lines: int = 0
    added: dict[str, int] = field(
        default_factory=lambda: {name: 0 for name, _ in HANDLERS.values()}
    )
    already_there: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class LineImport:
    """One import."""

    def __init__(self, ledger: Ledger, caller: Caller):
        self._ledger = ledger
        self._caller = caller
        self._learnt = Renumbering()
        self.tally = LineTally()

    async def run(
        self, lines: Iterable[Line], progress: Callable[[LineTally], None] = lambda _: None
    ) -> None:
        """Import all lines. Refusals are listed; any other error of the ledger ends the import."""
        ground_in_flight = False
        async with InFlight() as work:
            for line in lines:
                self.tally.lines += 1
                progress(self.tally)
                command = self._command(line)
                if command is None:
                    continue
                if isinstance(command, GROUND):
                    ground_in_flight = True
                elif ground_in_flight:
                    # This line may refer to them.
                    await work.all_done()
                    ground_in_flight = False
                await work.start(self._carry_out(line.number, command))
        self.tally.refused.sort()

    def _command(self, line: Line) -> Command | None:
        try:
            if line.content is None:
                raise BadLine(f"It is longer than {LONGEST_LINE >> 20} MB.")
            return command_of(line.content, self._caller.tenant)
        except BadLine as error:
            self._refuse(line.number, str(error))
            return None

    async def _carry_out(self, number: int, command: Command) -> None:
        if isinstance(command, ImportInteraction):
            command = replace(command, record=self._learnt.renumbered(command.record))
        name, handler = HANDLERS[type(command)]
        try:
            entity, added = await self._ledger.execute(self._caller, handler, command)
        except NotFound:
            self._refuse(number, "contactId: there is no contact with this id, or it was removed")
        except Refusal as refusal:
            self._refuse(number, refusal.message)
        else:
            if isinstance(command, ImportService):
                self._learnt.learn(command, entity.state)
            self.tally.added[name] += added
            self.tally.already_there += not added

    def _refuse(self, number: int, reason: str) -> None:
        self.tally.refused.append((number, reason))
