"""Imports lines, many at once, and lists the refused ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, NamedTuple

from api.transfer.catalogue_line import Renumbering
from api.transfer.lines import KINDS, BadLine, Command, command_of
from application.catalogue import ImportService
from application.context import Caller
from application.errors import TooLarge
from application.interactions import ImportInteraction
from application.ledger import Ledger
from domain.errors import NotFound, Refusal
from infrastructure.in_flight import InFlight

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a record with every text at its limit takes a tenth of that."""

BOM = b"\xef\xbb\xbf"


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
    added: dict[str, int] = field(default_factory=lambda: {f"{kind}s": 0 for kind in KINDS})
    already_there: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class LineImport:
    """One import."""

    def __init__(self, ledger: Ledger, caller: Caller):
        self._ledger = ledger
        self._caller = caller
        self._learnt = Renumbering()
        self.tally = LineTally()

    async def run(self, lines: Iterable[Line]) -> None:
        """Import all lines. Refusals are listed; any other error of the ledger ends the import."""
        ground_in_flight = False
        async with InFlight() as work:
            for line in lines:
                self.tally.lines += 1
                try:
                    if line.content is None:
                        raise BadLine(f"It is longer than {LONGEST_LINE >> 20} MB.")
                    kind, command = command_of(line.content, self._caller.tenant)
                except BadLine as error:
                    self._refuse(line.number, str(error))
                    continue
                if KINDS[kind].ground:
                    ground_in_flight = True
                elif ground_in_flight:
                    # This line may refer to them.
                    await work.all_done()
                    ground_in_flight = False
                await work.start(self._carry_out(line.number, kind, command))
        self.tally.refused.sort()

    async def _carry_out(self, number: int, kind: str, command: Command) -> None:
        if isinstance(command, ImportInteraction):
            command = replace(command, record=self._learnt.renumbered(command.record))
        try:
            entity, added = await self._ledger.execute(self._caller, KINDS[kind].handler, command)
        except NotFound:
            self._refuse(number, "contactId: there is no contact with this id, or it was removed")
        except (Refusal, TooLarge) as refused:
            self._refuse(number, str(refused))
        else:
            if isinstance(command, ImportService):
                self._learnt.learn(command, entity.state)
            self.tally.added[f"{kind}s"] += added
            self.tally.already_there += not added

    def _refuse(self, number: int, reason: str) -> None:
        self.tally.refused.append((number, reason))
