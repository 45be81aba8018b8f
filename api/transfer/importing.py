"""Brings lines into the ledger, many at once, and lists those that can't be."""

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
"""Bytes; a record with every text at its limit has about a tenth of that."""

BOM = b"\xef\xbb\xbf"

HANDLERS: dict[type, tuple[str, Handler[Any]]] = {
    ImportContact: ("contacts", import_contact),
    ImportInteraction: ("interactions", import_interaction),
    ImportMeeting: ("meetings", import_meeting),
    ImportService: ("services", import_service),
    ImportTactic: ("tactics", import_tactic),
}
GROUND = (ImportContact, ImportService, ImportTactic)
"""What the others may be about."""


class Line(NamedTuple):
    """A line of a file by its number, from 1; None if it is too long to be read."""

    number: int
    content: bytes | None


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """The lines that aren't empty."""
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
class Tally:
    """What came of an import, so far or in the end."""

    lines: int = 0
    added: dict[str, int] = field(
        default_factory=lambda: {name: 0 for name, _ in HANDLERS.values()}
    )
    already_there: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class LineImport:
    """One run."""

    def __init__(self, ledger: Ledger, caller: Caller):
        self._ledger = ledger
        self._caller = caller
        self._learnt = Renumbering()
        self.tally = Tally()

    async def run(
        self, lines: Iterable[Line], progress: Callable[[Tally], None] = lambda _: None
    ) -> None:
        """Import them all. Errors of the ledger's, other than its refusals, end it at once."""
        ground_under_way = False
        async with InFlight() as work:
            for line in lines:
                self.tally.lines += 1
                progress(self.tally)
                command = self._command(line)
                if command is None:
                    continue
                if isinstance(command, GROUND):
                    ground_under_way = True
                elif ground_under_way:
                    # What follows may be about them.
                    await work.all_done()
                    ground_under_way = False
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
