"""Exporting and importing tenants of one database."""

from io import BytesIO
from typing import Any

from pydantic_core import from_json

from api.transfer.export import Counts, Export
from api.transfer.importing import LineImport, LineTally, read_lines
from infrastructure.postgres.snapshot import snapshot
from tests.infrastructure.mail.mailbox import Desk

OF_ITS_OWN = frozenset({"number", "createdAt", "updatedAt", "createdBy", "updatedBy", "contract"})
"""Fields that an import gives anew: numbers, and the author, time and contract of the write. In a
status history, the author and time of the move."""


def exported(desk: Desk, open_tags: tuple[str, ...] = ()) -> bytes:
    with snapshot(desk.system.conninfo) as moment:
        return b"".join(Export(moment, desk.caller.tenant, open_tags).lines())


def counts(desk: Desk) -> Counts:
    with snapshot(desk.system.conninfo) as moment:
        return Export(moment, desk.caller.tenant).counts()


async def imported(desk: Desk, *lines: str | bytes) -> LineTally:
    importing = LineImport(desk.system.ledger, desk.caller)
    content = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    await importing.run(read_lines(BytesIO(content)))
    return importing.tally


def records(lines: bytes) -> list[dict[str, Any]]:
    return [from_json(line) for line in lines.splitlines()]


def comparable(lines: bytes) -> list[dict[str, Any]]:
    """The records without what an import gives anew."""
    return [_without_its_own(record) for record in records(lines)]


def _without_its_own(record: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in record.items() if key not in OF_ITS_OWN}
    for entry in kept.get("statusHistory", ()):
        del entry["changedBy"], entry["timestamp"]
    return kept
